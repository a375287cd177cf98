import Workflow

extension SourceNode {
    /// The entries of a mapping; nil for everything else.
    var entries: [SourceEntry]? {
        guard case .mapping(let entries) = content else { return nil }
        return entries
    }
}
