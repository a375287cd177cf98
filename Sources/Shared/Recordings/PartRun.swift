import JobModel

/// The parts of a message, as its pieces come: those of a text that follow each other are one.
///
/// A text is put together in place and becomes a value once, since an answer can have hundreds of thousands of pieces.
struct PartRun {
    private var ended: [JSONValue] = []
    /// What the pieces since the last other part say together.
    private var text = ""

    /// All parts; a text that says nothing is none.
    var parts: [JSONValue] { text.isEmpty ? ended : ended + [CallText.text(text)] }

    mutating func append(_ piece: String) { text += piece }

    mutating func append(_ parts: [JSONValue]) {
        for part in parts {
            if part["type"] == "text", let piece = part["text"]?.stringValue {
                append(piece)
            } else {
                endText()
                ended.append(part)
            }
        }
    }

    private mutating func endText() {
        guard !text.isEmpty else { return }
        ended.append(CallText.text(text))
        text = ""
    }
}
