const facts = JSON.parse(document.getElementById("facts").textContent);
document.querySelectorAll("[data-service]").forEach((tile) => tile.addEventListener("click", () => {
  fetch(facts.take, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": facts.csrf }, body: JSON.stringify({ service: tile.dataset.service, nonce: String(Date.now()) + "-nonce" }) })
    .then((answer) => answer.json()).then((ticket) => { document.querySelector("[data-number]").textContent = ticket.number; });
}));
