import JobModel

/// One request to a server.
struct MCPRequest: Sendable {
    var method: String
    var params: JSONObject = [:]
    /// What it is about, which goes into a header of its own: a tool, a resource, a prompt.
    var name: String?
    /// Further headers that a tool asks for, without their prefix.
    var headers: [(name: String, value: String)] = []
    /// How long its answer may take.
    var timeout: Duration = .seconds(30)
}

/// What a server tells besides its answers.
struct MCPEars: Sendable {
    /// Takes a notification.
    let heard: @Sendable (_ method: String, _ params: JSONValue) -> Void
    /// Takes a line for people.
    let note: @Sendable (String) -> Void
}

/// A way to a server, over which one exchanges messages.
protocol MCPChannel: Sendable {
    /// Sends a request and waits for its result.
    ///
    /// A task that is cancelled tells the server and does not wait.
    ///
    /// - Throws: `MCPError`, or `CancellationError`.
    func result(of request: MCPRequest) async throws -> JSONValue

    /// Tells the server something; that it got there is not certain.
    func notify(_ method: String, _ params: JSONObject) async

    /// Says which protocol is spoken from now on.
    func agreed(on version: MCPVersion)

    /// Listens for what the server tells unasked, until the channel is closed.
    func listen(_ request: MCPRequest?)

    /// Ends the channel and what it started; returns when nothing is left of it.
    func close() async
}
