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

    /// Says something, broken between words where the terminal ends.
    func say(_ text: String, _ style: Style = .plain) {
        for line in wrapped(text) { terminal.print(StyledLine("  ").adding(line, style)) }
    }

    func warn(_ text: String) {
        for (number, line) in wrapped(text).enumerated() {
            terminal.print((number == 0 ? StyledLine("! ", .yellow) : StyledLine("  ")).adding(line))
        }
    }

    /// A command to copy, never broken.
    func command(_ text: String) { terminal.print(StyledLine("    ").adding(text, .bold)) }

    private func wrapped(_ text: String) -> [String] {
        terminal.width.map { TextWidth.wrapped(text, to: $0 - 2) } ?? [text]
    }
}
