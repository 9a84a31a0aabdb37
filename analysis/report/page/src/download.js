const types = { csv: "text/csv", tex: "application/x-tex", svg: "image/svg+xml" };

export function download(name, content) {
  const type = types[name.split(".").pop()] ?? "text/plain";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
