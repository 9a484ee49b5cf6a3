export function AlbumsPage() {
  return null;
}
