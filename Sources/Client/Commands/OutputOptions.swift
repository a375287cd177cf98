import ArgumentParser

/// How every command writes.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Write JSON instead of text for people.")
    var json = false

    @Flag(name: .customLong("no-color"), help: "Write no colours; so does NO_COLOR, or output that is no terminal.")
    var noColour = false
}
