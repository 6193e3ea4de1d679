import { z } from "zod";
import { isStorable } from "../base/text.ts";
import { passwordLength } from "./auth.ts";

/** An address, in lower case: two spellings are one person. */
export const email = z
  .email()
  .max(254)
  .transform((value) => value.toLowerCase())
  .meta({ example: "ada@example.com" });

export const newPassword = z
  .string()
  .min(passwordLength.min)
  .max(passwordLength.max)
  .refine(isStorable, {
    error: "must not contain NUL characters or unpaired surrogates",
    params: { code: "text_invalid" },
  })
  .meta({ format: "password" });

/** Of a link; whatever does not exist is refused by the command. */
export const secretToken = z.string().min(1).max(200);
