/// The way from the root of the file to a value, as people write it: `jobs.analyze.needs[0]`.
struct SourcePath: Equatable, Sendable, CustomStringConvertible {
    let description: String

    static let root = SourcePath(description: "")

    func appending(key: String) -> SourcePath {
        let shown = key.unicodeScalars.allSatisfy(\.isNameLetter) && key.utf8.count <= 64 ? key : quoted(key)
        return SourcePath(description: description.isEmpty ? shown : "\(description).\(shown)")
    }

    /// Whether it leads into a key of a job: `jobs.NAME.KEY…`.
    func isOf(_ key: String) -> Bool {
        description.split(separator: ".").dropFirst(2).first.map { $0 == key || $0.hasPrefix(key + "[") } ?? false
    }

    /// Whether it leads to that place of a job, and not to one below a key of somebody else's: `jobs.NAME.PLACE`.
    func isAt(_ place: String) -> Bool {
        let parts = description.split(separator: ".", maxSplits: 2)
        return parts.count == 3 && parts[2] == place
    }

    func appending(index: Int) -> SourcePath { SourcePath(description: "\(description)[\(index)]") }
}

extension Unicode.Scalar {
    /// Whether the character may stand in the names of an expression: an ASCII letter, a digit, `_` or `-`.
    var isNameLetter: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
