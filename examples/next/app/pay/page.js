export default function Page() {
  return <p>This page is served over https only.</p>;
}
