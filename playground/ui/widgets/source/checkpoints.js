// The steps of a run in the laboratory's state. No DOM here.

/** The step that a place names. @param {string} step @returns {number | 'last' | 'best'} */
export const stepOf = (step) => (step === 'last' || step === 'best' ? step : Number(step));
