package import JobModel

/// Tools that are known only when somebody has been asked: a server, a document.
package protocol ToolSource: Sendable {
    /// The connection's name.
    var name: String { get }

    /// What decides which tools there are, besides the answer of whoever is asked.
    var request: JSONValue { get }

    /// Whether asking again may bring other tools.
    var hasChanged: Bool { get }

    /// Asks; the answer is kept, so that a later attempt need not ask again.
    ///
    /// The same tools make the same answer, in whatever order they come.
    ///
    /// - Throws: `ToolsError`, or `CancellationError`.
    func list() async throws -> JSONValue

    /// The tools in such an answer, by the names that they have there.
    func tools(in listing: JSONValue) -> [any Tool]

    /// Ends what was started for the tools.
    func close() async
}
