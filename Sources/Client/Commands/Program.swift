import ArgumentParser
import Settings

/// The `chassis` command, from its arguments to its exit status.
package enum Program {
    /// Does what the arguments of this process say.
    package static func run() async -> CommandStatus { await run(Beginning.arguments(), .ofThisProcess()) }

    /// Does what the arguments say; every error has been printed when it returns.
    ///
    /// - Parameter arguments: The command line without the program's name.
    package static func run(_ arguments: [String], _ invocation: Invocation) async -> CommandStatus {
        let command: any ParsableCommand
        do {
            command = try ChassisCommand.parseAsRoot(arguments)
        } catch {
            return explain(error, invocation)
        }
        guard let command = command as? any ClientCommand else {
            // The root, the groups of subcommands and the help only say what there is.
            var command = command
            do { try command.run() } catch { return explain(error, invocation) }
            return .success
        }
        var invocation = invocation
        if arguments.prefix(while: { $0 != "--" }).contains("--no-color") {
            invocation.output = invocation.output.withoutColour()
            invocation.errors = invocation.errors.withoutColour()
        }
        do {
            return try await command.run(invocation)
        } catch let error as ClientError {
            invocation.errors.print(ErrorView.lines(error, showsSource: invocation.errors.isInteractive))
            return error.exitStatus
        } catch is CancellationError {
            return .interrupted
        } catch {
            invocation.errors.print(StyledLine("chassis: ", .red).adding("\(error)"))
            return .unsuccessful
        }
    }

    /// Prints what the parser of arguments has to say: help to standard output, a fault to standard error.
    private static func explain(_ error: any Error, _ invocation: Invocation) -> CommandStatus {
        let text = ChassisCommand.fullMessage(for: error) + "\n"
        guard ChassisCommand.exitCode(for: error).isSuccess else {
            invocation.errors.write(SafeText.lines(text))
            return .usage
        }
        invocation.output.write(text)
        return .success
    }
}
