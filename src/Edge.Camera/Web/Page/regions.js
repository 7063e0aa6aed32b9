'use strict';

/*
 * Draws the regions of one camera on its picture: a drag on the picture makes one, a drag inside one moves it, a drag at
 * its lower right corner resizes it. The same can be typed as numbers, without a mouse. Lengths are shares of the picture,
 * 0 to 1.
 */
class RegionEditor {
  static least = 0.02;

  /*
   * camera: as /api/state gives it; view: the element around the picture; below: the one that the form comes behind;
   * ended: called when it is closed.
   */
  constructor(camera, view, below, ended) {
    this.camera = camera.name;
    this.ended = ended;
    this.regions = camera.regions.filter(r => r.name !== null)
      .map(r => ({ name: r.name, x: r.x, y: r.y, width: r.width, height: r.height }));
    this.layer = make('div', 'layer');
    view.append(this.layer);
    this.form = make('form', 'editor');
    this.form.setAttribute('aria-label', 'Regions of ' + this.camera);
    this.rows = make('div');
    this.problem = make('div', 'bad');
    this.problem.setAttribute('role', 'alert');
    const actions = make('div', 'actions');
    actions.append(this.button('Add region', 'add', () => this.add({ x: .25, y: .25, width: .5, height: .5 })),
      this.button('Cancel', 'cancel', () => this.end()), this.button('Save', 'save'));
    const help = 'Drag on the picture to draw a region, inside one to move it, at its corner to resize it. '
      + 'Without regions the whole picture is classified.';
    this.form.append(make('div', 'faint', help), this.rows, this.problem, actions);
    this.form.addEventListener('submit', event => { event.preventDefault(); this.save(); });
    below.after(this.form);
    this.layer.addEventListener('pointerdown', event => this.press(event));
    this.layer.addEventListener('pointermove', event => this.drag(event));
    this.layer.addEventListener('pointerup', () => this.release());
    this.layer.addEventListener('pointercancel', () => this.release());
    this.rebuild();
  }

  button(text, className, click) {
    const button = make('button', className, text);
    button.type = click ? 'button' : 'submit';
    if (click) button.addEventListener('click', click);
    return button;
  }

  end() {
    this.layer.remove();
    this.form.remove();
    this.ended();
  }

  async save() {
    this.problem.textContent = '';
    try {
      const answer = await fetch('/api/regions', {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ camera: this.camera, regions: this.regions }),
      });
      if (answer.ok) this.end();
      else this.problem.textContent = await answer.text();
    } catch {
      this.problem.textContent = 'no connection; try again';
    }
  }

  add(rectangle) {
    let number = this.regions.length + 1;
    while (this.regions.some(r => r.name === 'region ' + number)) number++;
    this.regions.push({ name: 'region ' + number, ...rectangle });
    this.rebuild();
  }

  /* One box and one row per region, anew. */
  rebuild() {
    this.layer.replaceChildren(...this.regions.map((region, index) => {
      const box = make('div', 'box drawn'), corner = make('div', 'corner');
      box.append(make('span'), corner);
      box.dataset.index = corner.dataset.index = index;
      return box;
    }));
    this.rows.replaceChildren(...this.regions.map((region, index) => this.row(region, index)));
    this.update();
  }

  row(region, index) {
    const row = make('fieldset');
    const name = this.field(row, 'Name', 'text', 'name', value => { region.name = value; });
    name.required = true;
    name.maxLength = 64;
    for (const [text, key] of [['Left %', 'x'], ['Top %', 'y'], ['Width %', 'width'], ['Height %', 'height']]) {
      const input = this.field(row, text, 'number', key, value => this.limit(region, key, value / 100));
      [input.min, input.max, input.step] = [0, 100, 'any'];
    }
    row.append(this.button('Delete', 'delete', () => { this.regions.splice(index, 1); this.rebuild(); }));
    return row;
  }

  field(row, text, type, key, change) {
    const label = make('label', '', text), input = make('input', key);
    input.type = type;
    input.addEventListener('change', () => { change(input.value); this.update(); });
    label.append(input);
    row.append(label);
    return input;
  }

  /* Sets one number, so that the region stays inside the picture. */
  limit(region, key, value) {
    const [start, length] = key === 'x' || key === 'width' ? ['x', 'width'] : ['y', 'height'];
    value = Number.isFinite(value) ? value : 0;
    if (key === start) region[start] = round(Math.min(Math.max(value, 0), 1 - region[length]));
    else region[length] = round(Math.max(value, RegionEditor.least));
    region[length] = Math.min(region[length], 1 - region[start]);
  }

  /* Shows what the regions are now. */
  update() {
    this.regions.forEach((region, index) => {
      place(this.layer.children[index], region);
      setText(this.layer.children[index].firstChild, region.name);
      const row = this.rows.children[index];
      row.querySelector('.name').value = region.name;
      for (const key of ['x', 'y', 'width', 'height']) row.querySelector('.' + key).value = round(100 * region[key]);
    });
  }

  point(event) {
    const box = this.layer.getBoundingClientRect();
    const share = (value, start, length) => Math.min(1, Math.max(0, (value - start) / length));
    return { x: share(event.clientX, box.left, box.width), y: share(event.clientY, box.top, box.height) };
  }

  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.layer.setPointerCapture(event.pointerId);
    const from = this.point(event), region = this.regions[event.target.dataset.index];
    if (!region) this.held = { kind: 'draw', from };
    else if (event.target.className === 'corner') this.held = { kind: 'span', region, from: { x: region.x, y: region.y } };
    else this.held = { kind: 'move', region, from: { x: from.x - region.x, y: from.y - region.y } };
  }

  drag(event) {
    if (!this.held) return;
    const { kind, from } = this.held, to = this.point(event);
    if (kind === 'draw') {
      if (Math.abs(to.x - from.x) < RegionEditor.least || Math.abs(to.y - from.y) < RegionEditor.least) return;
      this.add({ x: from.x, y: from.y, width: 0, height: 0 });
      this.held = { kind: 'span', region: this.regions.at(-1), from };
    }
    const { region } = this.held;
    if (kind === 'move') {
      this.limit(region, 'x', to.x - from.x);
      this.limit(region, 'y', to.y - from.y);
    } else {
      for (const [start, length] of [['x', 'width'], ['y', 'height']]) {
        region[length] = 0;
        this.limit(region, start, Math.min(from[start], to[start]));
        this.limit(region, length, Math.abs(to[start] - from[start]));
      }
    }
    this.update();
  }

  release() {
    this.held = null;
  }
}

const round = value => Math.round(1e4 * value) / 1e4;

/* Puts a box where a region is. */
function place(box, region) {
  box.style.left = 100 * region.x + '%';
  box.style.top = 100 * region.y + '%';
  box.style.width = 100 * region.width + '%';
  box.style.height = 100 * region.height + '%';
}

