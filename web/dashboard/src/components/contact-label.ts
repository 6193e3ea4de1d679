interface Named {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly externalId: string | null;
}

/** What a contact is called on screens: the name, else the best address, else that it has neither. */
export function contactLabel({ name, email, phone, externalId }: Named): string {
  return name ?? email ?? phone ?? externalId ?? "Visitor without a name";
}
