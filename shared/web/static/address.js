// A page that answers a refused click stands at the address of the page on which the button was pressed.

history.replaceState(null, "", document.querySelector("meta[name=page-address]").content);
