import Checkpoints
import Digests
import JobModel
import Storage
import Workflow

/// What the expressions of a job refer to.
extension JobRunner {
    /// What the expressions of a job may refer to, and which of the jobs it looks at have ended without having begun.
    func expressions(
        for job: ClaimedJob,
        _ definition: JobDefinition
    ) async throws -> (context: ExpressionContext, unbegun: Set<String>) {
        var context = ExpressionContext(
            params: job.params,
            run: [
                "id": .integer(job.run.rawValue),
                "workflow": .string(try await patience { try await definitions.definition(job.version).name }),
            ]
        )
        if let item = job.item { context.locals = [.item: item.value, .index: .integer(Int64(item.index))] }
        // Nothing else is read: outputs may be large, and many.
        let (outputs, states) = definition.reads(for: job)
        let names = outputs.union(states)
        guard !names.isEmpty else { return (context, []) }
        var unbegun: Set<String> = []
        for ending in try await patience({ try await runs.endings(of: job.run, named: names.sorted()) }) {
            context.states[ending.name] = ending.state
            if !ending.hasBegun { unbegun.insert(ending.name) }
            guard outputs.contains(ending.name) else { continue }
            switch ending.output {
            case .inline(let value)?: context.outputs[ending.name] = value
            case .blob(let stored)?: context.outputs[ending.name] = try await JSONValue(parsing: blob(stored))
            case nil: break
            }
        }
        return (context, unbegun)
    }

    func blob(_ blob: StoredBlob) async throws -> [UInt8] {
        guard let digest = SHA256Digest(hex: blob.digest) else {
            throw JobFailure(code: "output-missing", message: "\(blob) names no output", isPermanent: true)
        }
        return try await store.blob(BlobReference(digest: digest, byteCount: blob.byteCount))
    }

    func isTrue(_ when: Expression, in context: ExpressionContext) throws(JobFailure) -> Bool {
        do throws(ExpressionError) {
            return try when.isTrue(in: context)
        } catch {
            throw JobFailure(code: "expression", message: "\(error)", isPermanent: true)
        }
    }
}
