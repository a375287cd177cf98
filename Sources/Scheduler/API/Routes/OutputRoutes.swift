import Checkpoints
import Hummingbird
import JobModel
import Storage

/// What jobs ended with.
struct OutputRoutes: Sendable {
    /// How long the outputs of several jobs may be together, which are in memory all at once.
    private static let maximumBytes = 32 << 20

    let reader: RunReader
    let blobs: OutputBlobs

    var endpoints: [Endpoint] { [Endpoint("/v1/runs/{run}/output", [.get: output])] }

    private func output(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let run = try context.run
        var parameters = try AddressParameters(request)
        let job = parameters.optionalText("job")
        try parameters.finish()
        guard let outputs = try await reader.outputs(of: run, job: job) else { throw Problem.runNotFound(run) }
        if let job, outputs.isEmpty { throw Problem.jobNotFound(job, of: run) }
        if let unfinished = outputs.first(where: { $0.state == nil }) {
            throw Problem(
                .outputNotReady,
                "job \"\(unfinished.job)\" of run \(run) has not ended; ask again when it has"
            )
        }
        if outputs.count == 1 { return Response(jsonText: try await text(of: outputs[0], in: run)) }
        try Self.checkSize(of: outputs, in: run)
        return Response(jsonText: try await text(of: outputs))
    }

    /// - Throws: `Problem` when they are too large to be answered together.
    private static func checkSize(of outputs: [JobOutput], in run: RunID) throws {
        var bytes = 0
        for output in outputs {
            switch output.output {
            case .blob(let blob): bytes += blob.byteCount
            case .inline(let value): bytes += value.encoded().count
            case nil: break
            }
            guard bytes <= maximumBytes else {
                throw Problem(
                    .outputsTooLarge,
                    "the outputs of the \(outputs.count) last jobs of run \(run) are longer than \(maximumBytes >> 20) MiB "
                        + "together; ask for one of them with job=NAME"
                )
            }
        }
    }

    /// The output of a job that must have one.
    private func text(of output: JobOutput, in run: RunID) async throws -> [UInt8] {
        guard let stored = output.output else {
            let state = output.state?.rawValue ?? "unfinished"
            throw Problem(.outputNotFound, "job \"\(output.job)\" of run \(run) has no output: it is \(state)")
        }
        return try await text(of: stored)
    }

    /// An object with the outputs by the names of their jobs; null for a job without one.
    private func text(of outputs: [JobOutput]) async throws -> [UInt8] {
        var text: [UInt8] = []
        for output in outputs {
            text.append(UInt8(ascii: text.isEmpty ? "{" : ","))
            text += JSONValue.string(output.job).encoded()
            text.append(UInt8(ascii: ":"))
            if let stored = output.output {
                text += try await self.text(of: stored)
            } else {
                text += JSONValue.null.encoded()
            }
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    private func text(of output: StoredOutput) async throws -> [UInt8] {
        switch output {
        case .inline(let value): value.encoded()
        case .blob(let blob): try await blobs.text(of: blob)
        }
    }
}
