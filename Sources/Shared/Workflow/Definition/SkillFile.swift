/// A file `SKILL.md`: what a skill is for, and how it is done.
package struct SkillFile: Equatable, Sendable {
    /// The longest description, in characters.
    package static let longestDescription = 1024

    /// As its front matter says.
    package let name: String
    /// When to use it.
    package let description: String
    /// What stands behind the front matter.
    package let body: String

    /// Reads a file that begins with YAML between two lines `---`.
    ///
    /// Other keys than `name` and `description` are left alone: the format is used by others too.
    ///
    /// - Throws: `SkillFileError` that says what is wrong.
    package init(_ text: String) throws(SkillFileError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.last == "\r" ? line.dropLast() : line
        }
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
            throw SkillFileError(reason: "it does not begin with name and description between two lines ---")
        }
        let faults = FaultCollector(file: "SKILL.md")
        let matter = lines[1..<end].joined(separator: "\n")
        let root = SourceReader.read(Array(matter.utf8), contents: "name and description", faults: faults)
        guard let root, faults.isEmpty, case .mapping(let entries) = root.content else {
            throw SkillFileError(reason: "what stands between the lines --- is no mapping")
        }
        func value(_ key: String) throws(SkillFileError) -> String {
            let text = entries.first { $0.key == key }?.value.scalarText ?? ""
            let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if words.isEmpty { throw SkillFileError(reason: "it has no \(key)") }
            return words
        }
        name = try value("name")
        description = String(try value("description").prefix(Self.longestDescription))
        body = lines[(end + 1)...].joined(separator: "\n")
    }
}

/// Why a text is no skill.
package struct SkillFileError: Error, Equatable, CustomStringConvertible {
    /// What was wrong, in lower case.
    package let reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { reason }
}
