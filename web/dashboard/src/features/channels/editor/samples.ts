/** Programs with which a website's server proves who its visitor is, in the languages that are offered. */
export const languages = ["Node", "Python", "Shell"] as const;
export type Language = (typeof languages)[number];

/** The secret stays in the server's environment under this name. */
export const secretVariable = "ERRAND_CHANNEL_SECRET";

/** A program that gets a token for the contact `crm-4711` and prints the answer. It runs as it stands. */
export function sampleOf(language: Language, channelId: string, origin: string): string {
  const address = `${origin}/web/v1/channels/${channelId}/visitors`;
  if (language === "Node") return nodeSample(address);
  if (language === "Python") return pythonSample(address);
  return shellSample(address);
}

function nodeSample(address: string): string {
  return `import { createHmac } from "node:crypto";

// On your server: whoever knows the secret can be any contact.
const externalId = "crm-4711"; // who is signed in, by your own id
const hash = createHmac("sha256", process.env.${secretVariable})
  .update(externalId)
  .digest("hex");

const response = await fetch("${address}", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ identity: { externalId, hash } }),
});
// {token, contactId}: the token is for this visitor's browser only.
console.log(await response.json());`;
}

function pythonSample(address: string): string {
  return `import hashlib, hmac, json, os, urllib.request

# On your server: whoever knows the secret can be any contact.
external_id = "crm-4711"  # who is signed in, by your own id
secret = os.environ["${secretVariable}"]
digest = hmac.new(secret.encode(), external_id.encode(), hashlib.sha256).hexdigest()

request = urllib.request.Request(
    "${address}",
    data=json.dumps({"identity": {"externalId": external_id, "hash": digest}}).encode(),
    headers={"content-type": "application/json"},
    method="POST",
)
# {token, contactId}: the token is for this visitor's browser only.
print(json.load(urllib.request.urlopen(request)))`;
}

function shellSample(address: string): string {
  return `# On your server: whoever knows the secret can be any contact.
hash=$(printf %s crm-4711 | openssl dgst -sha256 -hmac "$${secretVariable}" | sed 's/.* //')

curl -X POST '${address}' \\
  -H 'content-type: application/json' \\
  -d '{"identity": {"externalId": "crm-4711", "hash": "'"$hash"'"}}'`;
}
