// Reads a step aloud: every part that is marked for it, in order, in the language of the page.
export function voiceOf(language) {
  const voices = window.speechSynthesis?.getVoices() ?? [];
  const [short] = language.split("-");
  return voices.find((voice) => voice.lang.replace("_", "-") === language) ?? voices.find((voice) => voice.lang.startsWith(short));
}

export function stopReading() {
  window.speechSynthesis?.cancel();
}

export function readAloud(region, language) {
  const voice = voiceOf(language);
  const parts = [...region.querySelectorAll("[data-read]")].map((part) => part.textContent.replace(/\s+/g, " ").trim());
  for (const part of parts.filter(Boolean)) {
    const words = new SpeechSynthesisUtterance(part);
    words.voice = voice;
    words.lang = voice.lang;
    words.rate = 0.9;
    window.speechSynthesis.speak(words);
  }
}
