// Slides and videos between the calls. (For now: none.)

export function player() {
  return { quiet() {}, yield() {} };
}
