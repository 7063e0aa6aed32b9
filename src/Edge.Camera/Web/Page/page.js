const byId = id => document.getElementById(id);
const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
const percent = share => (100 * share).toFixed(1) + ' %';
const milliseconds = value => value.toFixed(value < 10 ? 1 : 0) + ' ms';
const cards = new Map();

function setHealth(text, good) {
  byId('health').textContent = text;
  byId('health').className = good ? 'good' : 'bad';
}

function show(card) {
  card.image.src = document.hidden ? 'data:,' : '/preview/' + encodeURIComponent(card.name) + '.mjpg';
}

function addCamera(camera) {
  const card = { name: camera.name, section: make('section', 'camera'), image: make('img'), regions: [] };
  card.section.setAttribute('aria-label', 'Camera ' + camera.name);
  card.image.alt = 'What ' + camera.name + ' sees';
  card.image.addEventListener('error', () => {
    if (!document.hidden) setTimeout(() => cards.get(card.name) === card && show(card), 2000);
  });
  const view = make('div', 'view'), below = make('div', 'actions');
  view.append(card.image);
  const head = make('h2', '', camera.name + ' ');
  const link = make('a', 'faint', 'snapshot');
  link.href = '/snapshot/' + encodeURIComponent(camera.name) + '.jpg';
  link.target = '_blank';
  link.rel = 'noopener';
  head.append(link);
  card.edit = make('button', 'edit', 'Edit regions');
  card.edit.type = 'button';
  card.edit.addEventListener('click', () => {
    card.edit.hidden = card.editing = true;
    view.classList.add('editing');
    card.editor = new RegionEditor(card.camera, view, below, () => {
      card.edit.hidden = card.editing = false;
      view.classList.remove('editing');
    });
  });
  below.append(card.edit);
  card.section.append(head, view, below);
  for (const region of camera.regions) {
    const parts = { label: make('div', 'label'), bars: make('div', 'bars'), figures: make('div', 'faint') };
    parts.label.setAttribute('aria-live', 'polite');
    if (region.name !== null) {
      const box = make('div', 'box');
      box.append(make('span', '', region.name));
      place(box, region);
      view.append(box);
      card.section.append(make('div', 'faint', region.name));
    }
    card.section.append(parts.label, parts.bars, parts.figures);
    card.regions.push(parts);
  }
  card.source = make('div', 'faint');
  card.trouble = make('div', 'bad');
  card.section.append(card.source, card.trouble);
  card.shape = shape(camera);
  byId('main').insertBefore(card.section, byId('recent'));
  cards.set(camera.name, card);
  show(card);
  return card;
}

const shape = camera => JSON.stringify(camera.regions.map(r => [r.name, r.x, r.y, r.width, r.height]));

function removeCamera(card) {
  cards.delete(card.name);
  card.image.src = 'data:,';
  card.section.remove();
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function showRegion(parts, region) {
  setText(parts.label, region.label === 'unknown' ? 'unknown' : region.label + '  ' + percent(region.score));
  while (parts.bars.children.length < region.top.length) {
    const row = make('div', 'row'), track = make('div', 'track');
    track.append(make('div', 'fill'));
    row.append(make('span'), make('span'), track);
    parts.bars.append(row);
  }
  region.top.forEach((score, place) => {
    const row = parts.bars.children[place];
    setText(row.children[0], score.label);
    setText(row.children[1], percent(score.score));
    row.children[2].firstChild.style.width = 100 * Math.min(1, Math.max(0, score.score)) + '%';
  });
  setText(parts.figures, region.rate.toFixed(1) + ' frames/s · ' + milliseconds(region.latencyMs) + ' from camera to decision · '
    + milliseconds(region.runMs) + ' network · ' + region.classified + ' classified');
}

function showState(state) {
  setHealth(state.problem === null ? 'running' : state.problem, state.problem === null);
  setText(byId('model'), state.network + ' · ' + state.instructionSet + ' · edge-camera ' + state.version.split('+')[0]);
  byId('arm').hidden = state.armed === null;
  setText(byId('arm'), state.armed ? 'Disarm outputs' : 'Arm outputs');
  byId('arm').dataset.path = state.armed ? '/api/disarm' : '/api/arm';
  for (const card of [...cards.values()])
    if (!card.editing && !state.cameras.some(c => c.name === card.name && shape(c) === card.shape)) removeCamera(card);
  for (const camera of state.cameras) {
    const card = cards.get(camera.name) || addCamera(camera);
    card.camera = camera;
    if (!card.editing) card.edit.hidden = !state.editable;
    if (shape(camera) === card.shape) camera.regions.forEach((region, i) => showRegion(card.regions[i], region));
    setText(card.source, camera.source + ' · ' + camera.captured + ' captured, ' + camera.dropped + ' dropped, '
      + camera.lost + ' lost, ' + camera.damaged + ' damaged, ' + camera.skipped + ' skipped, ' + camera.reopened + ' reopened');
    setText(card.trouble, camera.trouble || '');
  }
  const rows = byId('sinks');
  while (rows.children.length > state.sinks.length) rows.lastChild.remove();
  while (rows.children.length < state.sinks.length) {
    const row = make('tr');
    row.append(make('td'), make('td'), make('td'));
    rows.append(row);
  }
  state.sinks.forEach((sink, i) => {
    const cells = rows.children[i].children;
    setText(cells[0], sink.name);
    setText(cells[1], sink.delivered + ' delivered, ' + sink.dropped + ' dropped');
    setText(cells[2], sink.trouble || '✔');
    cells[2].className = sink.trouble ? 'bad' : 'good';
  });
}

function addDecision(decision) {
  const row = make('tr'), seen = make('td', 'seen');
  const where = decision.region === null ? decision.camera : decision.camera + '/' + decision.region;
  if (decision.picture) {
    const image = make('img');
    image.alt = where + ' at this decision';
    image.addEventListener('error', () => image.remove());
    image.src = '/history/' + decision.number + '.jpg';
    seen.append(image);
  }
  row.append(seen, make('td', 'faint', new Date(decision.time).toLocaleTimeString()), make('td', '', decision.label),
    make('td', '', decision.label === 'unknown' ? '' : percent(decision.score)), make('td', 'faint', where));
  byId('decisions').prepend(row);
  while (byId('decisions').children.length > 50) byId('decisions').lastChild.remove();
}

byId('arm').addEventListener('click', event => fetch(event.currentTarget.dataset.path, { method: 'POST' }));
document.addEventListener('visibilitychange', () => cards.forEach(show));
const events = new EventSource('/api/events');
events.addEventListener('state', event => showState(JSON.parse(event.data)));
events.addEventListener('decision', event => addDecision(JSON.parse(event.data)));
events.addEventListener('error', () => setHealth('no connection; trying again', false));
