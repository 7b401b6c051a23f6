// Watches one run: asks the server for what its log has gained, and shows it.

import { node, part, setText } from '../lib/dom.js';
import { closeDrawer } from '../lib/drawer.js';
import { whole } from '../lib/format.js';
import { NO_ANSWER, ask, parse } from '../lib/host.js';
import { getParameter, goTo, onPlace, readPlace, setParameter } from '../lib/place.js';
import { poll } from '../lib/poll.js';
import { knownRuns, visitorToken } from '../lib/storage.js';
import { Controls } from './controls.js';
import { Curves } from './curves.js';
import { Moment, evaluationAfter, evaluationAt } from './moment.js';
import { Lead } from './lead.js';
import { Loop } from './loop.js';
import { Probe, momentText } from './probe.js';
import { Recited } from '../lib/recited.js';
import { RunRecord } from './record.js';
import { Opening, Replay } from './replay.js';
import { Saving } from './saving.js';
import { aboutText, endText } from './status.js';
import { Tiles } from './tiles.js';

/** @typedef {import('./status.js').Status} Status */
/** @typedef {import('./status.js').About} About */

/**
 * The answer about a run.
 * @typedef {import('./record.js').Gain & { offset: number, more: boolean, status: Status, about: About | null }} News
 */

/**
 * `recited_tokens`: from how many on a span is underlined. `series`: how the server thins each column of the curves. `recorded`: name of the run that comes with the page.
 * @typedef {{ series: import('./record.js').Thinning, recited_tokens: number, recorded: string }} Constants
 */

const FIRST_STEPS_MS = 200;
const LIVE_MS = 500;
const REST_MS = 3000;
const LOST_MS = 2000;
const ADDRESS_MS = 250; // browsers limit how often an address may change
const SHOWN_NOTES = 5;
const MOMENT = 'moment'; // parameter of the address: a step

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const view = part(host.element, '.lv');
  const live = new LiveView(host, view);
  host.watch('value', () => {
    const started = parse(host.props.value)?.run;
    if (!started) return;
    ask(host.server.command, { run: started, action: 'claim', visitor: visitorToken() }); // the form sends no token
    goTo({ tab: 'train', run: started });
    closeDrawer();
  });
  onPlace(host.element, ({ run }) => live.follow(run));
  live.open(readPlace().run);
}

class LiveView {
  #view;
  #server;
  #thinning;
  #askNow;
  #curves;
  #probe;
  #recited;
  #tiles;
  #loop;
  #controls;
  #saving;
  #lead;

  /** The run that is watched. */ #run = '';
  /** @type {RunRecord} */ #record;
  #offset = 0;
  /** @type {About | null} */ #about = null;
  /** @type {Status | null} */ #status = null;
  #moment = new Moment();
  /** The moment in the address, as it was last read or written. @type {string | null} */ #addressMoment = null;
  /** The step in the address, until its evaluation has come. */ #askedStep = Number.NaN;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #replay;
  #opening;
  #nNotes = 0; // as many are shown

  /** @param {import('../lib/host.js').Host<Constants>} host @param {HTMLElement} view */
  constructor({ element, server, trigger, constants }, view) {
    this.#view = view;
    this.#server = server;
    this.#thinning = constants.series;
    this.#record = new RunRecord(this.#thinning);
    this.#askNow = poll(element, () => this.#ask(), LIVE_MS);
    this.#curves = new Curves(view, {
      pick: (epoch) => this.#moveTo(evaluationAt(this.#record.evals, epoch)),
      key: (key) => this.#moveByKey(key),
    });
    this.#tiles = new Tiles(view);
    this.#loop = new Loop(view);
    this.#recited = new Recited(server.recited, () => this.#drawMoment());
    this.#probe = new Probe(view, (index) => this.#moveTo(index), (text) => this.#recited.piecesOf(text));
    setText(part(view, '.pb-legend'), `underlined: ${constants.recited_tokens} or more tokens that stand in the training text`);
    this.#replay = new Replay(part(view, '.lv-replay', HTMLButtonElement), (index) => this.#moveTo(index), () => this.#replayed());
    this.#opening = new Opening(constants.recorded);
    this.#lead = new Lead(view, constants.recorded, trigger);
    this.#controls = new Controls(view, (action) => this.#act(action));
    this.#saving = new Saving(view, server, {
      run: () => this.#run,
      drawing: () => this.#curves.drawing(this.#run),
      say: (sentence) => this.#say(sentence),
    });
  }

  /** Watch the current run, unless it is watched, at the moment of the address. @param {string} run */
  follow(run) {
    if (run !== this.#run) this.open(run);
    else this.#followMoment();
  }

  /** Watch a run from its start; '' for none. @param {string} run */
  open(run) {
    this.#run = run;
    this.#opening.open(run);
    clearTimeout(this.#timer);
    this.#record = new RunRecord(this.#thinning);
    this.#offset = 0;
    this.#about = this.#status = null;
    this.#moment = new Moment();
    this.#addressMoment = getParameter(MOMENT);
    this.#askedStep = Number.parseInt(this.#addressMoment ?? '', 10);
    this.#replay.stop();
    this.#nNotes = 0;
    this.#part('notes').replaceChildren();
    this.#part('empty').hidden = Boolean(run);
    this.#part('full').hidden = !run;
    this.#lead.open(run);
    this.#recited.open(run);
    this.#say('');
    if (run) knownRuns(run);
    this.#askNow();
  }

  // --- news --------------------------------------------------------------------------------------------------------

  /** Ask for news and show them; how long to wait before asking again. */
  async #ask() {
    if (!this.#run) return REST_MS;
    const record = this.#record;
    /** @type {import('../lib/host.js').Reply<News>} */
    const news = await ask(this.#server.news, { run: this.#run, offset: this.#offset, visitor: visitorToken() });
    if (record !== this.#record) return 0; // another run was opened meanwhile
    if (news.error === NO_ANSWER) return this.#lost();
    this.#view.classList.remove('lv-lost');
    if (news.error !== undefined) {
      this.#say(news.error);
      this.#controls.sayState('Not found');
      return 2 * REST_MS;
    }
    return this.#take(news);
  }

  /** @param {News} news */
  #take(news) {
    const { evals: { length: evals }, samples: { length: samples } } = this.#record;
    const before = this.#status?.state;
    this.#record.add(news);
    this.#offset = news.offset;
    this.#about = news.about ?? this.#about;
    this.#status = news.status;
    if (before !== news.status.state) this.#say('');
    if (this.#record.samples.length > samples) this.#loop.blink('sample');
    this.#recited.look(this.#record.samples);
    if (this.#record.evals.length > evals) this.#loop.blink('report');
    this.#draw(news.status);
    if (news.more) return 0;
    this.#showAskedStep();
    if (this.#opening.take()) this.#replay.start();
    if (!news.status.live) return REST_MS;
    return this.#record.steps.step.length < 3 ? FIRST_STEPS_MS : LIVE_MS;
  }

  #lost() {
    this.#view.classList.add('lv-lost');
    if (this.#run) this.#controls.sayState('No answer; trying again');
    return LOST_MS;
  }

  // --- showing -----------------------------------------------------------------------------------------------------

  /** @param {Status} status */
  #draw(status) {
    const { lr, evals, session } = this.#record;
    setText(this.#part('name'), this.#about?.title ?? this.#run);
    setText(this.#part('about'), aboutText(this.#about, session));
    this.#controls.draw(status);
    this.#saving.draw(evals.length > 0);
    this.#controls.drawLearningRate(lr ?? this.#about?.lr ?? 0, this.#about?.is_scheduled ?? false);
    if (endText(status) && this.#part('message').hidden) this.#say('');
    this.#moment.setCount(evals.length);
    this.#drawCurves();
    this.#tiles.draw(this.#record, status);
    this.#loop.draw(this.#record, this.#about?.epochs);
    this.#drawMoment();
    this.#drawNotes();
    const isFinished = !status.live && evals.length > 0;
    this.#replay.draw(isFinished, evals.length);
    this.#lead.draw(status, this.#about, session, isFinished);
  }

  /** Show prose and guesses of the moment. */
  #drawMoment() {
    const { index } = this.#moment;
    const { evals } = this.#record;
    this.#probe.draw(this.#record, index, this.#about?.start_context ?? '');
    this.#curves.sayMoment(index, evals.length, momentText(evals[index]));
  }

  /** Show the moment in the address, if others have changed it. */
  #followMoment() {
    const asked = getParameter(MOMENT);
    if (asked === this.#addressMoment) return;
    this.#addressMoment = asked;
    this.#replay.stop();
    this.#askedStep = Number.parseInt(asked ?? String(this.#record.evals.at(-1)?.step), 10);
    if (this.#record.evals.length) this.#showAskedStep();
  }

  /** Show the moment that the address names, once. */
  #showAskedStep() {
    if (Number.isNaN(this.#askedStep)) return;
    const index = this.#record.evals.findLastIndex(({ step }) => step <= this.#askedStep);
    this.#askedStep = Number.NaN;
    if (index >= 0) this.#moveTo(index);
  }

  /** @param {number} index */
  #moveTo(index) {
    this.#moment.move(index);
    clearTimeout(this.#timer);
    if (!this.#replay.isPlaying) this.#timer = setTimeout(() => this.#writeMoment(), ADDRESS_MS);
    this.#mark();
    this.#drawMoment();
  }

  /** A replay has ended, or was stopped: where it stands is the moment from now on. */
  #replayed() {
    this.#mark();
    this.#timer = setTimeout(() => this.#writeMoment(), ADDRESS_MS);
  }

  /** Mark the moment on the chart; what a replay has not reached yet is faint. */
  #mark() {
    this.#curves.mark(this.#pin(), this.#replay.isPlaying);
  }

  #writeMoment() {
    const { index, follows } = this.#moment;
    const step = follows ? '' : String(this.#record.evals[index]?.step ?? '');
    this.#addressMoment = step || null;
    setParameter(MOMENT, step);
  }

  /** @param {string} key */
  #moveByKey(key) {
    const to = evaluationAfter(key, this.#moment.index, this.#record.evals.length);
    if (to === undefined || to < 0) return false;
    this.#moveTo(to);
    return true;
  }

  /** The epoch of the moment; null while it follows the newest. */
  #pin() {
    const { index, follows } = this.#moment;
    return follows ? null : this.#record.evals[index]?.epoch ?? null;
  }

  #drawNotes() {
    const { notes } = this.#record;
    if (notes.length === this.#nNotes) return;
    this.#nNotes = notes.length;
    const lines = notes.slice(-SHOWN_NOTES).map(({ step, text }) => node('li', { text: `Step ${whole(step)}: ${text}` }));
    this.#part('notes').replaceChildren(...lines);
  }

  #drawCurves() {
    const { session } = this.#record;
    const epochs = session ? session.total_steps / session.steps_per_epoch : this.#about?.epochs;
    this.#curves.draw(this.#record, {
      epochs, pin: this.#pin(), isPlaying: this.#replay.isPlaying, vocabularySize: this.#about?.vocab_size,
    });
  }

  /** Show a sentence below the buttons; without one, why the run is not active. @param {string} sentence */
  #say(sentence) {
    const text = sentence || (this.#status ? endText(this.#status) : '');
    setText(this.#part('message'), text);
    this.#part('message').hidden = !text;
  }

  /** @param {string} name */
  #part(name) {
    return part(this.#view, `.lv-${name}`);
  }

  // --- acting ------------------------------------------------------------------------------------------------------

  /** @param {string} action */
  async #act(action) {
    const query = { run: this.#run, action, visitor: visitorToken(), ...(action === 'set_lr' && { lr: this.#controls.learningRate }) };
    if (query.lr !== undefined && !Number.isFinite(query.lr)) {
      this.#say('The learning rate is not a number; give one above 0 and at most 1.');
      return;
    }
    const answer = await ask(this.#server.command, query);
    this.#say(answer.error ?? '');
    if (answer.error !== undefined) return;
    if (action === 'set_lr') this.#controls.learningRateTaken();
    if (action === 'step') this.#loop.walk();
    this.#askNow();
  }
}
