/// What a forked run does otherwise than its source, at the step where it leaves the source's way.
package struct ForkEdit: Equatable, Sendable {
    /// At the first turn the prompt in place of the file's; at a later one a message to the model before that turn.
    package var prompt: String?
    /// The model, as `connection/model`, from this turn on.
    package var model: String?
    /// The step's result; the step is not run.
    package var result: JSONValue?
    /// The step's fingerprint, in hexadecimal digits, where a result is given for a step that a program named: which of its
    /// equals stands at a position is for the program to say.
    package var fingerprint: String?

    package init(
        prompt: String? = nil,
        model: String? = nil,
        result: JSONValue? = nil,
        fingerprint: String? = nil
    ) {
        self.prompt = prompt
        self.model = model
        self.result = result
        self.fingerprint = fingerprint
    }

    /// Whether nothing is done otherwise.
    package var isEmpty: Bool { self == ForkEdit() }
}

extension ForkEdit {
    private enum Key {
        static let prompt = "prompt"
        static let model = "model"
        static let result = "result"
        static let fingerprint = "fingerprint"
    }

    /// The edit as it is kept with the run; what is not edited is left out.
    package var json: JSONValue {
        var object = JSONObject()
        object[Key.prompt] = prompt.map { .string($0) }
        object[Key.model] = model.map { .string($0) }
        object[Key.result] = result
        object[Key.fingerprint] = fingerprint.map { .string($0) }
        return .object(object)
    }

    /// Reads an edit that was kept; what it does not know it leaves out.
    package init(json: JSONValue) {
        self.init(
            prompt: json[Key.prompt]?.stringValue,
            model: json[Key.model]?.stringValue,
            result: json[Key.result],
            fingerprint: json[Key.fingerprint]?.stringValue
        )
    }
}
