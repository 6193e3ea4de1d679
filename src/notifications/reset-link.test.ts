import { Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { until } from "../../test/until.ts";
import { createLogger } from "../base/log.ts";
import { acceptInvitation } from "../workspaces/accept-invitation.ts";
import { createAuth } from "../workspaces/index.ts";
import { createInvitation } from "../workspaces/invitations.ts";
import { createMailer } from "./index.ts";

let core: TestCore;
beforeAll(async () => {
  core = await createTestCore();
});
afterAll(() => core.close());

const request = { headers: {}, ip: "192.0.2.1" };
const email = "ada@example.com";

test.each([
  { pretty: false, level: "info" },
  { pretty: true, level: "warn" },
])("without a mail server the log holds a link that works: %j", async (look) => {
  let logged = "";
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  const log = createLogger({ ...look, destination });
  const mailer = createMailer({ from: "errand@example.com", log });
  const auth = createAuth(core, {
    databaseUrl: core.url,
    secret: "a secret of the tests with more than 32 characters",
    sendMail: (mail) => mailer.send(mail),
  });
  const address = `${look.level}.${email}`;
  const { token } = await core.db.tenant(await core.newWorkspace(), (tx) =>
    createInvitation(core, tx, { email: address, role: "owner" }, { caller: null, requestId: null }),
  );
  const newAccount = { name: "Ada", email: address, password: "correct horse" };
  await acceptInvitation(core, auth, token, { newAccount }, null);

  await auth.requestReset(request, address);
  const link = await until(
    "the link in the log",
    async () => /http:\S+?#token=([\w-]+)/.exec(logged) ?? undefined,
  );
  expect(logged).toContain(address);
  expect(link[0]).toMatch(`${core.publicUrl}/reset-password#token=`);
  await auth.resetPassword(link[1] ?? "", "battery staple");
  const { account } = await auth.signIn(request, { email: address, password: "battery staple" });
  expect(account.email).toBe(address);
  await auth.close();
});
