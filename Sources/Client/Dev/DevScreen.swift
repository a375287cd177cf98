/// What `chassis dev` shows while it starts.
struct DevScreen: Sendable {
    let terminal: Terminal
    let clock: ContinuousClock

    /// Does one part of the start, and shows that it is done and how long it took.
    func stage<Value: Sendable>(_ title: String, _ body: () async throws -> Value) async throws -> Value {
        let start = clock.now
        var block = terminal.isInteractive ? LiveBlock(on: terminal) : nil
        block?.draw([StyledLine("◌ ", .cyan).adding(title, .dim)])
        defer { block?.erase() }
        let value = try await body()
        block?.erase()
        terminal.print(
            StyledLine("✓ ", .green).adding(title).adding("  \(start.duration(to: clock.now).shown)", .dim)
        )
        return value
    }

    func say(_ text: String, _ style: Style = .plain) { terminal.print(StyledLine("  ").adding(text, style)) }

    func warn(_ text: String) { terminal.print(StyledLine("! ", .yellow).adding(text)) }
}
