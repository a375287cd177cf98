import ArgumentParser
import JobModel

/// The argument that names a run.
struct RunIDArgument: ParsableArguments {
    @Argument(help: "The number of the run.", transform: Self.read)
    var run: RunID

    @Sendable private static func read(_ text: String) throws -> RunID {
        guard let number = Int64(text), number > 0 else {
            throw ValidationError("a run is named by its number, such as 12; 'chassis runs' lists them")
        }
        return RunID(rawValue: number)
    }
}
