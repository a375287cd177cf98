/// The name of an artifact within its job, such as `reports/churn.csv`.
package struct ArtifactName: Hashable, Sendable {
    /// The longest name, in bytes.
    package static let maximumLength = 1000
    /// The longest part between two slashes, in bytes.
    package static let maximumPartLength = 255
    /// The most parts a name may have.
    package static let maximumParts = 16

    /// The parts between the slashes.
    let parts: [String]

    /// The last part.
    var fileName: String { parts[parts.count - 1] }

    /// The name that a text stands for.
    ///
    /// - Parameter text: Parts separated by single slashes. No part is empty, begins with a dot (so neither `.` nor
    ///   `..`), or holds a control character; the limits above hold.
    /// - Throws: `CheckpointError.invalidArtifactName` for any other text.
    package init(_ text: String) throws(CheckpointError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw .invalidArtifactName(text, reason: "it is longer than \(Self.maximumLength) bytes")
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= Self.maximumParts else {
            throw .invalidArtifactName(text, reason: "it has more than \(Self.maximumParts) parts")
        }
        for part in parts {
            if let reason = Self.fault(in: part) { throw .invalidArtifactName(text, reason: reason) }
        }
        self.parts = parts
    }

    private static func fault(in part: String) -> String? {
        if part.isEmpty { return "a part is empty; it must not begin or end with a slash, or hold two in a row" }
        if part.utf8.first == UInt8(ascii: ".") { return "a part begins with a dot" }
        if part.utf8.count > maximumPartLength { return "a part is longer than \(maximumPartLength) bytes" }
        if part.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "it holds a control character"
        }
        return nil
    }
}

extension ArtifactName: CustomStringConvertible {
    package var description: String { parts.joined(separator: "/") }
}
