// What a reader cannot read: text beyond its table's or drawing's edge, or printed over a neighbour's.
() => {
  const found = [];
  const inked = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const isSeen = (box) => box.width > 1 && box.height > 1;
  const isBeyond = (ink, edge) => ink.right > edge.right + 1 || ink.left < edge.left - 1;
  const isOver = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4;

  for (const row of document.querySelectorAll(".rows tbody tr")) {
    const edge = row.closest(".rows").getBoundingClientRect();
    const cells = [...row.cells].map((cell) => ({ text: cell.textContent.trim(), ink: inked(cell), cell }));
    const seen = cells.filter(({ ink }) => isSeen(ink));
    for (const { text, ink, cell } of seen) {
      if (isBeyond(ink, edge) || ink.left < cell.getBoundingClientRect().left - 1) found.push(["cut", text]);
    }
    seen.forEach((one, place) => {
      for (const other of seen.slice(place + 1)) {
        if (isOver(one.ink, other.ink)) found.push(["over", one.text, other.text]);
      }
    });
  }
  for (const mark of document.querySelectorAll(".plot text")) {
    const [ink, edge] = [mark.getBoundingClientRect(), mark.closest("svg").getBoundingClientRect()];
    if (isBeyond(ink, edge) || ink.top < edge.top - 1) found.push(["mark", mark.textContent]);
  }
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth + 1) found.push(["to the side", box.ariaLabel]);
  }
  return found;
}
