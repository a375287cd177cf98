import Hummingbird
import JobModel

/// The parameters behind the `?` of an address, taken one by one; what is left over is an error.
struct AddressParameters {
    private var values: [String: String] = [:]

    /// - Throws: `Problem` when one is given twice.
    init(_ request: Request) throws {
        for (key, value) in request.uri.queryParameters where !key.isEmpty {
            guard values.updateValue(String(value), forKey: String(key)) == nil else {
                throw Problem(.badParameter, "\"\(key)\" is given twice")
            }
        }
    }

    /// The text of a parameter; nil when it is missing or empty.
    mutating func optionalText(_ key: String) -> String? {
        guard let text = values.removeValue(forKey: key), !text.isEmpty else { return nil }
        return text
    }

    /// A whole number; nil when it is missing or empty.
    ///
    /// - Throws: `Problem` when it is not in the range.
    mutating func optionalInteger(_ key: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let text = optionalText(key) else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            let upper = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
            throw Problem(
                .badParameter,
                "\"\(key)\" must be a whole number, \(range.lowerBound) \(upper), not \"\(text)\""
            )
        }
        return value
    }

    /// One of the words of an enumeration; nil when it is missing or empty.
    mutating func optionalWord<Word: RawRepresentable & CaseIterable>(
        _ key: String,
        as type: Word.Type
    ) throws -> Word? where Word.RawValue == String {
        guard let text = optionalText(key) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badParameter, "\"\(key)\" must be one of \(words), not \"\(text)\"")
        }
        return word
    }

    /// Refuses parameters that nobody has asked for.
    func finish() throws {
        guard let key = values.keys.min() else { return }
        throw Problem(.badParameter, "\"\(key)\" is not known here; leave it out")
    }
}

extension Request {
    /// Refuses all parameters behind the `?`.
    func refuseParameters() throws { try AddressParameters(self).finish() }
}

extension BasicRequestContext {
    /// The run that the path names.
    ///
    /// - Throws: `Problem` when it is no number.
    var run: RunID {
        get throws {
            let text = parameters.get("run") ?? ""
            guard let number = Int64(text), number > 0 else {
                throw Problem(.badParameter, "a run is named by its number, not by \"\(text)\"")
            }
            return RunID(rawValue: number)
        }
    }
}
