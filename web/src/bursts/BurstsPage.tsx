export function BurstsPage() {
  return null;
}
