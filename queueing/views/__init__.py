"""Pages of the queue: desk, room, screens, the patient's live ticket."""
