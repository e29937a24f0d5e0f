// A scanner or card reader types into whatever field has the focus, faster than fingers can, and ends with Enter.
const SCAN_MS = 40; // for each character on average: no fingers are as fast
const PAUSE_MS = 250; // whatever comes after this is something new
const SCAN_MIN = 8;

// Calls scanned(text) when a scan ends in a field that was not meant; the field has then what it had before.
export function listenForScans({ fields, meant, scanned }) {
  const scan = { text: "", begun: 0, at: 0, field: null, before: "" };
  const listen = (event) => {
    const field = event.target.closest?.(fields);
    if (!field || field === meant() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const goesOn = field === scan.field && event.timeStamp - scan.at < PAUSE_MS;
    const fast = event.timeStamp - scan.begun < SCAN_MS * scan.text.length;
    if (event.key === "Enter" && goesOn && fast && scan.text.length >= SCAN_MIN) {
      event.preventDefault();
      field.value = scan.before;
      scanned(scan.text);
    } else if (event.key.length === 1) {
      if (!goesOn) Object.assign(scan, { text: "", begun: event.timeStamp, field, before: field.value });
      scan.text += event.key;
      scan.at = event.timeStamp;
    }
  };
  document.addEventListener("keydown", listen, true);
}
