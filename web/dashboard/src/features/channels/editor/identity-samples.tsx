import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { TextView } from "../../../components/code/text-view.tsx";
import { type Language, languages, sampleOf, secretVariable } from "./samples.ts";
import { Section } from "./section.tsx";

/** Program text with which a server proves who its visitor is. */
export function IdentitySamples({ channelId }: { readonly channelId: string }) {
  const [language, setLanguage] = useState<Language>("Node");
  return (
    <Section
      title="Prove who a visitor is"
      help={`Your server signs its own id of the visitor with the secret, kept there as ${secretVariable}, and gets a token for that contact.`}
    >
      <SegmentedControl
        size="xs"
        aria-label="Language of the example"
        data={[...languages]}
        value={language}
        onChange={setLanguage}
      />
      <TextView isCode text={sampleOf(language, channelId, location.origin)} label="the example" />
    </Section>
  );
}
