import { Anchor, TextInput } from "@mantine/core";
import { Link, useRouter } from "@tanstack/react-router";
import { getSession } from "../../api/generated/sign-in/sign-in";
import { updateWorkspace } from "../../api/generated/workspace/workspace";
import { Form, useApiForm } from "../../components/form";
import { TimezoneSelect } from "../../components/pickers/timezone-select.tsx";
import { beginSession } from "../../session/begin.ts";
import { AccountFrame } from "./account-frame.tsx";

const browserZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The second step of the first owner: how the workspace is called, and in which zone its days begin. */
export function NameWorkspacePage() {
  const router = useRouter();
  const api = useApiForm({
    initialValues: { name: "", timezone: browserZone },
    async send(values) {
      await updateWorkspace(values);
      // The session names the workspaces.
      beginSession(await getSession());
    },
    onDone: () => void router.navigate({ to: "/welcome" }),
  });
  return (
    <AccountFrame
      title="Name your workspace"
      lead="You are its owner. Both can be changed later in the settings."
      foot={
        <Anchor renderRoot={(props) => <Link {...props} to="/welcome" />} fz="inherit">
          Do this later
        </Anchor>
      }
    >
      <Form
        api={api}
        save="Continue"
        isGuarded={false}
        curl={() => ({ method: "PATCH", path: "/v1/workspace", body: api.form.getValues() })}
      >
        <TextInput
          {...api.form.getInputProps("name")}
          label="Name"
          description="Of the company or the team"
          autoComplete="organization"
          maxLength={200}
          data-autofocus
        />
        <TimezoneSelect
          value={api.form.values.timezone}
          onChange={(timezone) => timezone !== null && api.form.setFieldValue("timezone", timezone)}
          error={api.form.errors.timezone}
          description="Days and months of budgets and reports are those of this zone"
        />
      </Form>
    </AccountFrame>
  );
}
