// Many services in chapters, so that each is three touches from its number: the office's groups, else by the alphabet.

// `services`: [{ name, group, tile }] in the office's order; `room`: how many stand on one page; `most`: how many chapters
// stand on one. Each chapter: { title, services }, none larger than a page.
export function chapters(services, room, most, other) {
  const hasGroups = services.some((each) => each.group);
  let found = hasGroups ? byGroup(services, other) : [{ title: "", services: services.slice().sort((one, two) => one.name.localeCompare(two.name)) }];
  found = split(found, hasGroups ? room : Math.min(room, Math.max(2, Math.ceil(services.length / most))));
  while (found.length > most && join(found, room)) {
    continue;
  }
  return found;
}

function byGroup(services, other) {
  const found = [];
  services.forEach((each) => {
    const title = each.group || other;
    let chapter = found.find((one) => one.title === title);
    if (!chapter) {
      chapter = { title, services: [] };
      found.push(chapter);
    }
    chapter.services.push(each);
  });
  return found;
}

// Chapters larger than a page in parts of nearly equal length.
function split(found, room) {
  const parts = [];
  found.forEach((chapter) => {
    const count = Math.ceil(chapter.services.length / room);
    const length = Math.ceil(chapter.services.length / count);
    for (let part = 0; part < count; part += 1) {
      const services = chapter.services.slice(part * length, (part + 1) * length);
      const title = chapter.title ? chapter.title + (count > 1 ? " " + (part + 1) : "") : letters(services);
      parts.push({ title, services });
    }
  });
  return parts;
}

function letters(services) {
  const first = services[0].name[0].toUpperCase();
  const last = services[services.length - 1].name[0].toUpperCase();
  return first === last ? first : first + " – " + last;
}

// Puts the two neighbours that are the smallest together under both names; false when none fit on a page.
function join(found, room) {
  const sizes = found.slice(1).map((each, place) => each.services.length + found[place].services.length);
  const smallest = Math.min.apply(null, sizes);
  if (smallest > room) {
    return false;
  }
  const place = sizes.indexOf(smallest);
  const two = found.splice(place, 2);
  found.splice(place, 0, { title: two[0].title + ", " + two[1].title, services: two[0].services.concat(two[1].services) });
  return true;
}
