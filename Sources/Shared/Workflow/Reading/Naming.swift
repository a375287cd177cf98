/// The rule for names: of workflows, teams, params, jobs, tools, queues and connections.
enum Naming {
    static let maximumLength = 63
    static let rule =
        "a name begins with a to z, and goes on with a to z, 0 to 9, _ and -, up to \(maximumLength) in all"

    /// Why a text is no name; nil when it is one.
    static func fault(of text: String) -> String? {
        guard let first = text.utf8.first else { return "it is empty" }
        guard text.utf8.count <= maximumLength else { return "it is longer than \(maximumLength)" }
        guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return "it does not begin with a to z" }
        guard text.unicodeScalars.allSatisfy({ $0.isNameLetter && !("A"..."Z").contains($0) }) else {
            return "it holds other characters"
        }
        return nil
    }
}
