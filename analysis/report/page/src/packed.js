// Data and files lie in the page as base64 of zlib-compressed JSON.
export async function unpack(id) {
  const text = document.getElementById(id).textContent;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

let files;
// The content of one of the files that `--format csv,latex,svg` would have written.
export async function fileContent(name) {
  files ??= unpack("files");
  return (await files)[name];
}
