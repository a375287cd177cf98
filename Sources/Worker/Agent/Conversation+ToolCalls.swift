import Checkpoints
import JobModel
import Models
import Storage
import Tools
import Workflow

/// The tool calls of a turn.
extension Conversation {
    /// Makes the calls of a turn at once, each in its position; all of them end before an error is passed on.
    func call(
        _ calls: [ToolCall],
        turn: Int,
        after fingerprint: Fingerprint
    ) async throws -> [Models.ToolResult] {
        let endings = await withTaskGroup(of: CallEnding.self) { group in
            for (place, call) in calls.enumerated() {
                group.addTask { await end(call, place: place, turn: turn, after: fingerprint) }
            }
            var endings: [CallEnding] = []
            for await ending in group { endings.append(ending) }
            return endings.sorted { $0.place < $1.place }
        }
        let errors = endings.compactMap(\.error)
        // What can go on without people goes on first.
        if let error = errors.first(where: { !($0 is Suspension) }) { throw error }
        if let suspension = Suspension(joining: errors.compactMap { $0 as? Suspension }) { throw suspension }
        return endings.compactMap(\.result)
    }

    /// How one call of a turn ended.
    ///
    /// A type of its own, not a tuple with a `Result`: that came out of the task group altered in optimised builds of
    /// Swift 6.3.1, and the worker trapped.
    private struct CallEnding: Sendable {
        let place: Int
        var result: Models.ToolResult?
        var error: (any Error)?
    }

    private func end(
        _ call: ToolCall,
        place: Int,
        turn: Int,
        after fingerprint: Fingerprint
    ) async -> CallEnding {
        do {
            return CallEnding(
                place: place,
                result: try await make(call, number: place + 1, turn: turn, after: fingerprint)
            )
        } catch {
            return CallEnding(place: place, error: error)
        }
    }

    private func make(
        _ call: ToolCall,
        number: Int,
        turn: Int,
        after fingerprint: Fingerprint
    ) async throws -> Models.ToolResult {
        guard let tool = tools.first(where: { $0.definition.name == call.name }) else {
            let known = tools.map(\.definition.name).joined(separator: ", ")
            return Models.ToolResult(
                callID: call.id,
                text: "there is no tool \(call.name); there are \(known)",
                isError: true
            )
        }
        guard case .json(let arguments) = call.arguments else {
            return Models.ToolResult(callID: call.id, text: "the arguments are no JSON", isError: true)
        }
        var request: JSONObject = [
            "tool": .string(call.name), "arguments": arguments, "effect": .string(tool.effect.rawValue),
            "call": .integer(Int64(number)),
        ]
        request["agent"] = (tool as? AgentTool)?.identity
        var step = StepRequest(
            position: place(.toolCall(number, ofTurn: turn)),
            fingerprint: Fingerprint(kind: .tool, request: .object(request), after: fingerprint),
            kind: .tool,
            name: call.name,
            effect: tool.effect,
            isPaid: false
        )
        step.isToolCall = true
        step.evidence = arguments
        step.unknown = tool.policy(among: unknown)
        step = try context.steps.placed(step)
        let outcome = try await outcome(of: step, arguments, tool)
        shelf.note(outcome.value, at: step.position)
        noteFiles(of: outcome.value, of: tool, arguments, at: step.position)
        return Models.ToolResult(callID: call.id, outcome)
    }

    /// Takes over which files a call has written, whether it was made just now or recorded earlier.
    private func noteFiles(
        of result: JSONValue,
        of tool: any Tool,
        _ arguments: JSONValue,
        at position: StepPosition
    ) {
        switch tool {
        case let tool as FileTool:
            let isError = result["is_error"]?.boolValue ?? true
            // Older workers have not written them down: the arguments say it.
            let given = isError ? nil : tool.written(arguments, at: position)
            for file in WrittenFile.all(in: result) ?? [given].compactMap({ $0 }) { tool.folder.note(file) }
        case let tool as AgentTool:
            for file in WrittenFile.all(in: result) ?? [] { tool.folder.note(file) }
        default: break
        }
    }

    /// The outcome of a call: from its checkpoint, or after people have approved it where a rule says so.
    private func outcome(of step: StepRequest, _ arguments: JSONValue, _ tool: any Tool) async throws -> StepOutcome {
        if let outcome = try await context.steps.replayed(step) { return outcome }
        if let ask = tool as? AskTool {
            let answer = try await answer(to: arguments, by: ask, step: step)
            return try await context.steps.run(step) { _ in answer }
        }
        guard let gate else { return try await perform(step, arguments, tool, editor: nil) }
        switch try await gate.verdict(on: arguments, for: tool, step: step, spent: context.steps.spent) {
        case .pass(let pass):
            var step = step
            step.approval = pass.spending
            step.evidence = pass.arguments
            return try await perform(step, pass.arguments, tool, editor: pass.editor)
        case .refused(let text):
            var step = step
            // Nothing is done.
            step.effect = .none
            return try await context.steps.run(step) { _ in Self.result(text, isError: true) }
        }
    }

    /// Makes a call.
    ///
    /// - Parameter editor: Who changed its arguments; the model is told.
    private func perform(
        _ step: StepRequest,
        _ arguments: JSONValue,
        _ tool: any Tool,
        editor: String?
    ) async throws -> StepOutcome {
        let name = tool.definition.name
        let steps = context.steps
        return try await steps.run(step) { calls in
            try context.scratch.make()
            steps.answerBegins(of: step.position)
            let output: ToolOutput
            var files: [WrittenFile] = []
            if let agent = tool as? AgentTool {
                output = try await agent.call(arguments, at: step.position, step.fingerprint)
                try await steps.checkOutcomes(inside: step.position)
                files = agent.folder.written(inside: step.position)
            } else {
                output = try await tool.call(
                    arguments,
                    ToolContext(
                        idempotencyKey: calls.idempotencyKey,
                        scratchDirectory: context.scratch.path,
                        log: { context.log.write(.stdout, "\(name): \($0)") }
                    )
                )
            }
            if !output.isError, let file = (tool as? FileTool)?.written(arguments, at: step.position) { files = [file] }
            var value = try await shelf.value(of: output, at: step.position)
            WrittenFile.add(files, to: &value)
            if let editor {
                let note = "[\(editor) changed the arguments of this call before it was made, to \(arguments.text())]\n"
                value["text"] = .string(note + (value["text"]?.stringValue ?? ""))
            }
            return StepResult(value: .object(value))
        }
    }
}

extension Models.ToolResult {
    /// What the model is told of a call's outcome.
    fileprivate init(callID: String, _ outcome: StepOutcome) {
        self.init(
            callID: callID,
            text: outcome.value["text"]?.stringValue ?? "",
            isError: outcome.value["is_error"]?.boolValue ?? true
        )
    }
}
