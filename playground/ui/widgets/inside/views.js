// The three views of the inside of a model at one place: looked at, layer by layer, switch it off. They stand in the token
// panels, and larger on the Inside tab. Nothing is asked before one of them is open.

import { node, part, parts, setText } from '../lib/dom.js';
import { ask, newest } from '../lib/host.js';
import { goTo, setParameter } from '../lib/place.js';
import { writeInside } from './inside_state.js';
import { drawLayers, drawPicture, makeLayers } from './layers_view.js';
import { LookedAt } from './looked_at.js';
import { existing, withoutTokens } from './parts_off.js';
import { makeSaving } from './pictures.js';
import { SwitchOff } from './switch_off.js';

/** @typedef {import('./words.js').Look} Look */
/** @typedef {import('./words.js').Heads} Heads */
/** @typedef {import('./words.js').Picture} Picture */
/** @typedef {import('../lib/host.js').ServerFunction} ServerFunction */
/** @typedef {{ layer: number | null, head: number | null, off: string }} Chosen */

/**
 * A place to look at; `query` names it for the server (see `PlaceQuery` in `playground/ui/tabs/inside/server.py`).
 * @typedef {object} Where
 * @property {{ run: string, step: string, source: string, [field: string]: unknown }} query
 * @property {{ texts: import('../lib/shades.js').Texts[], first: number } | null} [around]  more tokens than the model saw
 * @property {{ text: string, at: number | null }} [link]  the text and the token for the link to the Inside tab
 */

/**
 * @typedef {object} Settings
 * @property {Record<string, ServerFunction>} server
 * @property {boolean} [large]  open, and with a link to nowhere: on the tab itself
 * @property {(i: number) => void} open  a token was pressed; counted in the tokens that are shown
 * @property {(chosen: Chosen) => void} [changed]
 * @property {(off: string) => void} [writeOn]  write on as a branch
 */

const TITLES = { looked: 'Looked at', layers: 'Layer by layer', off: 'Switch it off' };

export class InsideViews {
  #settings;
  #looked;
  #off;
  /** @type {Where | null} */ #where = null;
  /** @type {Chosen} */ #chosen = { layer: null, head: null, off: '' };
  /** @type {Look | null} */ #look = null;
  /** @type {Look | null} */ #drawn = null;
  /** @type {Picture | null} */ #picture = null;
  /** @type {Heads | null} */ #heads = null;
  #asked = '';
  #pictureOf = '';
  #headsOf = '';
  #request = newest((/** @type {string} */ key) => this.#ask(key));

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    const { large = false, server } = settings;
    const section = (/** @type {keyof typeof TITLES} */ name) =>
      node('details', { class: `in-part in-${name}`, open: large, ontoggle: () => this.#refresh() }, node('summary', { text: TITLES[name] }), node('div', { class: 'in-body' }));
    this.root = node('div', { class: large ? 'in in-large' : 'in' }, node('p', { class: 'in-problem', role: 'alert', hidden: true }),
      section('looked'), section('layers'), section('off'), node('div', { class: 'in-foot' }));
    const body = (/** @type {string} */ name) => part(this.root, `.in-${name} .in-body`);
    this.#looked = new LookedAt(body('looked'), { choose: (whose) => this.choose(whose), open: settings.open });
    makeLayers(body('layers'));
    this.#off = new SwitchOff(body('off'), server, { change: (off) => this.choose({ off }), writeOn: settings.writeOn });
    const foot = part(this.root, '.in-foot');
    if (!large) foot.append(node('button', { type: 'button', class: 'link in-larger', text: 'Larger, on the Inside tab', onclick: () => this.#goLarger() }));
    foot.append(makeSaving(() => ({ look: this.#look, picture: this.#picture, names: this.#heads?.names ?? [], whose: this.#chosen, root: this.root })));
  }

  /** Show a place, or nothing; without `chosen`, head and parts stay. @param {Where | null} where @param {Chosen} [chosen] */
  show(where, chosen) {
    const isOther = JSON.stringify(where?.query) !== JSON.stringify(this.#where?.query);
    const { layer, head, off } = this.#chosen;
    this.#where = where;
    this.#chosen = chosen ?? { layer, head, off: isOther ? withoutTokens(off) : off };
    this.root.hidden = !where;
    this.#refresh();
  }

  /** @param {Partial<Chosen>} change */
  choose(change) {
    this.#chosen = { ...this.#chosen, ...change };
    this.#settings.changed?.(this.#chosen);
    this.#refresh();
  }

  /** @param {string} name */
  #isOpen(name) {
    return part(this.root, `.in-${name}`, HTMLDetailsElement).open;
  }

  #refresh() {
    if (!this.#where || !parts(this.root, '.in-part', HTMLDetailsElement).some((each) => each.open)) return;
    const key = JSON.stringify(this.#where.query);
    if (key !== this.#asked) this.root.classList.add('stale');
    this.#request(key);
  }

  /** @param {string} key  of the place */
  async #ask(key) {
    const where = this.#where;
    if (!where || key !== JSON.stringify(where.query)) return;
    const { layer, head } = this.#chosen;
    const { server } = this.#settings;
    const rowOf = { ...where.query, ...(layer !== null && { layer }), ...(head !== null && { head }) };
    const isNew = key !== this.#asked;
    if (isNew) {
      /** @type {import('../lib/host.js').Reply<Look>} */
      const look = await ask(server.look, rowOf);
      this.root.classList.remove('stale');
      this.#say(look.error ?? '');
      if (look.error !== undefined) return;
      [this.#look, this.#asked, this.#picture] = [look, key, null];
    } else {
      /** @type {import('../lib/host.js').Reply<{ row: number[] }>} */
      const answer = await ask(server.attention, rowOf);
      if (answer.error !== undefined) return this.#say(answer.error);
      if (this.#look) this.#look.row = answer.row;
    }
    if (this.#where && key === JSON.stringify(this.#where.query)) await this.#draw(this.#where);
    await Promise.all([this.#askPicture(key, where), this.#askHeads(where)]);
  }

  /** Draw one view after the other, so that the page answers between them. @param {Where} where */
  async #draw(where) {
    const look = this.#look;
    if (!look) return;
    const isNew = look !== this.#drawn;
    this.#drawn = look;
    const { layer, head, off } = this.#chosen;
    const { layers, heads, seen } = look;
    const whose = { layer: layer === null ? null : Math.min(layer, layers - 1), head: head === null ? null : Math.min(head, heads - 1) };
    if (isNew) {
      this.#looked.draw(look, whose, where.around ?? null);
      await nextTask();
      this.#looked.drawHeads(look, whose);
      if (this.#heads && this.#headsOf === headsKey(where)) this.#looked.name(look, this.#heads.names);
      await nextTask();
      drawLayers(part(this.root, '.in-layers .in-body'), look, this.#settings.large ? 4 : 1);
      await nextTask();
    } else {
      this.#looked.drawRow(look, whose, where.around?.first ?? 0);
    }
    if (this.#isOpen('off')) this.#off.draw(look, existing(off, { layers, heads, places: seen.length }), where.query);
    this.root.dataset.drawn = `${this.#asked} ${whose.layer} ${whose.head} ${off}`;
  }

  /** @param {string} key @param {Where} where */
  async #askPicture(key, where) {
    if (!this.#isOpen('layers') || (this.#picture && this.#pictureOf === key)) return;
    /** @type {import('../lib/host.js').Reply<Picture>} */
    const picture = await ask(this.#settings.server.picture, where.query);
    if (picture.error !== undefined || !this.#look || this.#asked !== key) return;
    [this.#picture, this.#pictureOf] = [picture, key];
    await nextTask();
    drawPicture(part(this.root, '.in-layers .in-body'), this.#look, picture);
  }

  /** @param {Where} where */
  async #askHeads(where) {
    const { run, step } = where.query;
    const key = headsKey(where);
    if (this.#headsOf === key) return;
    [this.#headsOf, this.#heads] = [key, null];
    /** @type {import('../lib/host.js').Reply<Heads>} */
    const heads = await ask(this.#settings.server.heads, { run, step });
    if (heads.error !== undefined || this.#headsOf !== key) return;
    this.#heads = heads;
    if (this.#look) this.#looked.name(this.#look, heads.names);
  }

  #goLarger() {
    if (!this.#where) return;
    const { query: { run, step }, link } = this.#where;
    setParameter('inside', writeInside({ at: null, text: '', ...this.#chosen, ...link }));
    goTo({ tab: 'inside', run, step });
  }

  /** @param {string} problem */
  #say(problem) {
    const place = part(this.root, '.in-problem');
    setText(place, problem);
    place.hidden = !problem;
    for (const each of parts(this.root, '.in-body')) each.hidden = problem !== '';
  }
}

/** @param {Where} where */
const headsKey = ({ query: { run, step } }) => JSON.stringify([run, step]);

const nextTask = () => new Promise((resolve) => setTimeout(resolve));
