// Swipes on a row of a list, for fingers: to the right one act, to the left another. Buttons do the same.
const FAR = 96, START = 14;

export function watchSwipes(list, acts) {
  let row = null, startX = 0, startY = 0, moved = 0;
  const face = () => row.querySelector("a.open");
  const reset = () => {
    if (!row) return;
    row.classList.remove("swiping", "swipe-right", "swipe-left", "far");
    face()?.style.removeProperty("transform");
    row = null;
    moved = 0;
  };
  const start = (event) => {
    const touch = event.touches[0];
    row = event.touches.length === 1 ? event.target.closest?.(".letter-row") : null;
    [startX, startY, moved] = [touch.clientX, touch.clientY, 0];
  };
  const move = (event) => {
    if (!row) return;
    const touch = event.touches[0], x = touch.clientX - startX, y = touch.clientY - startY;
    if (!moved && Math.abs(y) > START && Math.abs(y) > Math.abs(x)) return reset(); // it scrolls
    const act = x > 0 ? acts.right : acts.left;
    if (!act || (!moved && Math.abs(x) < START)) return;
    event.preventDefault();
    moved = x;
    row.dataset.swipe = act.label;
    row.classList.add("swiping");
    row.classList.toggle("swipe-right", x > 0);
    row.classList.toggle("swipe-left", x < 0);
    row.classList.toggle("far", Math.abs(x) > FAR);
    face().style.transform = `translateX(${Math.max(-160, Math.min(160, x))}px)`;
  };
  const end = () => {
    const done = row, act = moved > FAR ? acts.right : moved < -FAR ? acts.left : null;
    reset();
    if (done && act) act.run(done);
  };
  const options = { passive: false };
  list.addEventListener("touchstart", start, { passive: true });
  list.addEventListener("touchmove", move, options);
  list.addEventListener("touchend", end);
  list.addEventListener("touchcancel", reset);
  return reset;
}
