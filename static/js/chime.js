// Falling bell tones: one after another, `gap` seconds apart. Nothing sounds while the browser keeps audio locked.
export function chime(context, pitches, { gap, volume, length }) {
  if (!context || context.state !== "running") return;
  pitches.forEach((pitch, step) => {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    const begin = context.currentTime + step * gap;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, begin);
    loudness.gain.linearRampToValueAtTime(volume, begin + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + length);
    tone.connect(loudness).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + length + 0.05);
  });
}
