import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** SHA-256 of a text, for lookups of secrets that have enough randomness of their own (keys, tokens). */
export function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

/** `bytes` random bytes in base64url. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}

/** Hex HMAC-SHA256. */
export function hmacHex(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text, "utf8").digest("hex");
}

/** Compares two texts without telling by the time it takes where they differ. */
export function equalSecret(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

/** Encrypts secrets at rest. `context` binds a ciphertext to its place, so that rows cannot be swapped. */
export interface Cipher {
  seal(plain: string, context: string): Buffer;
  /** Throws if the key, the context or the bytes are not those of `seal`. */
  open(sealed: Buffer, context: string): string;
}

const ivBytes = 12;
const tagBytes = 16;
const version = 1;

/** AES-256-GCM; layout: version byte, 12 bytes nonce, 16 bytes tag, ciphertext. `key` is 32 bytes. */
export function createCipher(key: Buffer): Cipher {
  if (key.length !== 32) throw new Error("the secret key must have 32 bytes");
  return {
    seal(plain, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(context, "utf8"));
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      if (sealed[0] !== version) throw new Error("the stored secret has an unknown format");
      const iv = sealed.subarray(1, 1 + ivBytes);
      const tag = sealed.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
      const decipher = createDecipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(context, "utf8"));
      decipher.setAuthTag(tag);
      return (
        decipher.update(sealed.subarray(1 + ivBytes + tagBytes), undefined, "utf8") + decipher.final("utf8")
      );
    },
  };
}
