internal import JobModel

/// A value of the file that is about to be understood; what cannot be is reported, and nil returned.
struct SourceField {
    let node: SourceNode
    let path: SourcePath
    let context: ReadingContext

    var place: SourcePlace { node.place }

    func fault(_ message: String, hint: String? = nil) {
        context.faults.add(message, at: place, path: path.description, hint: hint)
    }

    /// Reports that something else should stand here.
    func expected<Value>(_ what: String, hint: String? = nil) -> Value? {
        if case .refused = node.content { return nil }
        fault("expected \(what), found \(node.summary)", hint: hint)
        return nil
    }

    // MARK: Scalars

    /// A string; numbers and the like must be quoted to be one.
    func text(of what: String = "a text") -> String? {
        switch (node.content, node.json) {
        case (.plain, .string(let text)), (.quoted, .string(let text)): return text
        case (.plain, .bool), (.plain, .integer), (.plain, .number):
            return expected(what, hint: "put it in quotes")
        default: return expected(what)
        }
    }

    /// The text of a scalar as it is written, so that `8080` and `1.10` need no quotes.
    func word() -> String? {
        guard let text = node.scalarText, !node.json.isNull else { return expected("a text") }
        return text
    }

    func nonEmptyText() -> String? {
        guard let text = text() else { return nil }
        guard !text.allSatisfy(\.isWhitespace) else {
            fault("the text is empty")
            return nil
        }
        return text
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard case .integer(let value) = node.json else {
            return expected("an integer")
        }
        guard let integer = Int(exactly: value), range.contains(integer) else {
            fault("\(value) is out of range, allowed are \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return integer
    }

    func number(in range: ClosedRange<Double>) -> Double? {
        let json = node.json
        guard let value = json.doubleValue else { return expected("a number") }
        guard range.contains(value) else {
            fault(
                "\(json.text()) is out of range, allowed are \(JSONValue.number(range.lowerBound).text()) to "
                    + JSONValue.number(range.upperBound).text()
            )
            return nil
        }
        return value
    }

    func flag() -> Bool? {
        guard case .bool(let value) = node.json else { return expected("true or false", hint: "write true or false") }
        return value
    }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        let known = Choice.allCases.map(\.rawValue)
        guard let word = node.scalarText else { return expected("one of \(known.joined(separator: ", "))") }
        if let choice = Choice(rawValue: word) { return choice }
        return expected(
            "one of \(known.joined(separator: ", "))",
            hint: Spelling.nearest(to: word, among: known).map { "did you mean \($0)?" }
        )
    }

    /// A name of the project's own: lower case, and at most 63 letters.
    func name() -> String? {
        guard let text = text(of: "a name") else { return nil }
        return check(name: text)
    }

    /// Checks a name that stands as this field's key or value.
    func check(name: String) -> String? {
        if let reason = Naming.fault(of: name) {
            fault("\(quoted(name)) is no name: \(reason)", hint: Naming.rule)
            return nil
        }
        return name
    }

    func duration(atLeast least: Duration = .milliseconds(1)) -> Duration? {
        guard let word = node.scalarText, let duration = Duration(written: word) else {
            return expected("a duration", hint: "write it with a unit, such as 250ms, 30s, 5m, 2h or 1d")
        }
        guard (least...Duration.longestWritten).contains(duration) else {
            fault("\(word) is out of range, allowed are \(least.written) to \(Duration.longestWritten.written)")
            return nil
        }
        return duration
    }

    // MARK: Collections

    /// The elements of a list.
    func elements(of what: String, atMost most: Int = 1_000) -> [SourceField]? {
        guard case .sequence(let nodes) = node.content else { return expected("a list of \(what)") }
        guard nodes.count <= most else {
            fault("the list has \(nodes.count) elements, the most is \(most)")
            return nil
        }
        return nodes.enumerated().map { index, node in
            SourceField(node: node, path: path.appending(index: index), context: context)
        }
    }

    /// The entries of a mapping whose keys are the user's: each key's place as a field, and its value.
    func entries(of what: String?, atMost most: Int = 1_000) -> [(name: String, key: SourceField, value: SourceField)]?
    {
        guard case .mapping(let entries) = node.content else {
            return expected("a mapping" + (what.map { " of \($0)" } ?? ""))
        }
        guard entries.count <= most else {
            fault("the mapping has \(entries.count) keys, the most is \(most)")
            return nil
        }
        return entries.map { entry in
            let path = path.appending(key: entry.key)
            let key = SourceNode(content: .quoted(entry.key), place: entry.keyPlace)
            return (
                entry.key, SourceField(node: key, path: path, context: context),
                SourceField(node: entry.value, path: path, context: context)
            )
        }
    }

    /// A mapping with the given keys; every other key is reported.
    func mapping(_ keys: KnownKeys) -> SourceMapping? { SourceMapping(self, keys) }
}
