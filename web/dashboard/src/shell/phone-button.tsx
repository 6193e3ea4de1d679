export function PhoneButton() {
  return null;
}
