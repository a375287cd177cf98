package import JobModel

extension WorkflowDefinition {
    /// Returns the params of a run: each with the value given, or its default, or null where it may be missing.
    ///
    /// - Parameter given: The values by name.
    /// - Throws: `ParamFaults` with everything that is wrong: unknown and missing names, wrong types, and values that
    ///   are not among the choices.
    package func checkParams(_ given: [String: GivenParam]) throws(ParamFaults) -> JSONObject {
        var checked = JSONObject()
        var faults: [ParamFaults.Fault] = []
        for param in params {
            do throws(ParamMismatch) {
                checked[param.name] = try param.value(given[param.name])
            } catch {
                faults.append(ParamFaults.Fault(name: param.name, message: error.message))
            }
        }
        let known = params.map(\.name)
        for name in given.keys.sorted() where !known.contains(name) {
            let hint = Spelling.hint(for: name, among: known).map { "; \($0)" } ?? ""
            faults.append(ParamFaults.Fault(name: name, message: "the workflow has no such param\(hint)"))
        }
        guard faults.isEmpty else { throw ParamFaults(faults: faults) }
        return checked
    }
}

/// Why a param cannot have the value that was given.
private struct ParamMismatch: Error {
    let message: String
}

extension ParamDefinition {
    fileprivate func value(_ given: GivenParam?) throws(ParamMismatch) -> JSONValue {
        guard let given else {
            if let value = self.default { return value }
            guard !isRequired else { throw ParamMismatch(message: "no value is given, and it has no default") }
            return .null
        }
        let value: JSONValue
        switch given {
        case .value(let json): value = json
        case .text(let text): value = try read(text)
        }
        guard type.accepts(value) else {
            throw ParamMismatch(message: "expected \(type.indefinite), found \(value.indefinite)")
        }
        // It goes into records, with other things around it, and has to be readable there.
        guard !value.isNested(deeperThan: JSONValue.maximumForeignDepth) else {
            let most = JSONValue.maximumForeignDepth
            throw ParamMismatch(
                message: "nested deeper than \(most); give what matters of it, or all of it as a text"
            )
        }
        guard choices.isEmpty || choices.contains(value) else {
            let known = choices.map { $0.text() }.joined(separator: ", ")
            throw ParamMismatch(message: "\(quoted(value.rendered)) is none of \(known)")
        }
        guard type == .integer, let integer = value.integerValue else { return value }
        return .integer(integer)
    }

    private func read(_ text: String) throws(ParamMismatch) -> JSONValue {
        guard type != .string else { return .string(text) }
        do throws(JSONParseError) {
            return try JSONValue(parsing: text)
        } catch {
            throw ParamMismatch(message: "expected \(type.indefinite), found \(quoted(text))")
        }
    }
}
