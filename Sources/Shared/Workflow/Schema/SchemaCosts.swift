internal import JobModel

// How many steps of a validation something takes that looks at more than one value, so that the bound of steps is one of
// time. A step is about a microsecond.

extension JSONValue {
    /// The steps that comparing, hashing or writing out the value takes: one for each value in it, and for each 64 bytes.
    var checkingCost: Int {
        switch self {
        case .null, .bool, .integer, .number: 1
        case .string(let text): 1 + text.utf8.count / 64
        case .array(let elements): elements.reduce(1) { $0 + $1.checkingCost }
        case .object(let object): object.reduce(1) { $0 + 1 + $1.key.utf8.count / 64 + $1.value.checkingCost }
        }
    }
}

extension String {
    /// The steps that counting the text's characters and matching it with its pattern takes.
    func checkingCost(for node: SchemaNode) -> Int {
        let counting = node.countBounds.isEmpty ? 0 : utf8.count / 256
        return counting + (node.pattern?.matchingCost(of: self) ?? 0)
    }
}

extension TextPattern {
    /// The steps that matching takes at most: at each character, each instruction may be reached.
    func matchingCost(of text: String) -> Int {
        let length = text.utf8.count
        // A text that is too long is not matched.
        return length <= 4 * Self.maximumSubjectLength ? 1 + length * program.count / 32 : 1 + length / 256
    }
}
