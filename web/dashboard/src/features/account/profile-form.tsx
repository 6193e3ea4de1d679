import { TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getGetSessionQueryKey, updateProfile, useGetSession } from "../../api/generated/sign-in/sign-in";
import { Form, useApiForm } from "../../components/form";
import { TimezoneSelect } from "../../components/pickers/timezone-select.tsx";
import { sayDone } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";

const browserZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

interface ProfileValues {
  readonly name: string;
  readonly timezone: string | null;
}

export function ProfileForm() {
  const { name } = useMe();
  // Not `useMe`'s: there the browser's zone stands in for none.
  const { data: session } = useGetSession({ query: { staleTime: Number.POSITIVE_INFINITY } });
  const queryClient = useQueryClient();
  const stored: ProfileValues = { name, timezone: session?.timezone ?? null };
  const api = useApiForm({
    initialValues: stored,
    isFollowing: true,
    send: (values) => updateProfile(values),
    onDone(changed) {
      queryClient.setQueryData(getGetSessionQueryKey(), changed);
      sayDone("Profile saved.");
    },
  });
  return (
    <Form api={api} save="Save">
      <TextInput
        {...api.form.getInputProps("name")}
        label="Name"
        description="As the other members see it"
        autoComplete="name"
        maxLength={200}
      />
      <TimezoneSelect
        value={api.form.values.timezone}
        onChange={(timezone) => api.form.setFieldValue("timezone", timezone)}
        error={api.form.errors.timezone}
        description="In which you read times. Schedules keep their own."
        placeholder={`As this browser: ${browserZone}`}
        isClearable
      />
    </Form>
  );
}
