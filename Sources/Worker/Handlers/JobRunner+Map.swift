import Checkpoints
import Digests
import JobModel
import Storage
import Workflow

/// Mapped jobs: made into items, set aside while these run, and ended with what they left.
///
/// Whatever is done here may be done again: items that are there are left, and the database counts.
extension JobRunner {
    /// How many items one transaction adds.
    static let itemsAtOnce = 2_000
    /// The longest list of items' outputs, as JSON text in bytes.
    static let maximumCollected = 32 << 20

    /// Does what a mapped job has to do now.
    ///
    /// - Throws: `Suspension` while items are unfinished.
    func mapped(
        _ job: ClaimedJob,
        over map: MapDefinition,
        in expressions: ExpressionContext,
        _ signal: StopSignal,
        _ log: JobLog
    ) async throws -> JobOutcome {
        var progress = try await patience { try await maps.progress(of: job.id) }
        if progress.map({ $0.expanded < $0.items && !$0.isStopped }) ?? true {
            progress = try await expand(job, over: map, in: expressions, signal, log)
        }
        guard var progress else { throw StorageError.leaseLost(job.id, job.epoch) }
        if progress.mustStop {
            log.event("\(progress.failed) items have failed: those that no worker runs are skipped")
            notifier.notify(try await patience { try await maps.stop(job) })
            progress = try await patience { try await maps.progress(of: job.id) } ?? progress
        }
        guard progress.unfinished == 0 else {
            throw Suspension(waitsFor: .items, detail: "\(progress.unfinished) of \(progress.items) have not ended")
        }
        guard !progress.hasFailed else { throw try await failure(of: job, progress) }
        switch map.fold {
        case .count:
            return .end(
                .succeeded([
                    "total": .integer(Int64(progress.items)), "succeeded": .integer(Int64(progress.succeeded)),
                    "failed": .integer(Int64(progress.failed)), "skipped": .integer(Int64(progress.skipped)),
                ])
            )
        case .collect: return try await ended(with: collected(job))
        case .value(let fold):
            var context = expressions
            context.locals[.outputs] = try JSONValue(parsing: await collected(job))
            return try await ended(with: Self.folded(fold, in: context).encoded())
        }
    }

    private static func folded(_ fold: Template, in expressions: ExpressionContext) throws(JobFailure) -> JSONValue {
        do throws(ExpressionError) {
            return try fold.evaluate(in: expressions)
        } catch {
            throw JobFailure(code: "expression", message: "\(error)", isPermanent: true)
        }
    }

    private func expand(
        _ job: ClaimedJob,
        over map: MapDefinition,
        in expressions: ExpressionContext,
        _ signal: StopSignal,
        _ log: JobLog
    ) async throws -> MapStore.Progress? {
        let items = try Self.list(map.over, in: expressions)
        let begun = try await patience {
            try await maps.begin(
                job,
                items: items.count,
                atOnce: map.atOnce,
                tolerated: map.tolerated,
                failsFast: map.failsFast
            )
        }
        var first = begun.expanded
        while first < items.count {
            guard signal.reason == nil else { throw CancellationError() }
            if signal.isDraining { throw ReleaseAtBoundary() }
            let chunk = Array(items[first..<min(first + Self.itemsAtOnce, items.count)])
            // Without an answer the job is given back; should its run have been cancelled, the next claim says so.
            guard let queue = try await patience({ try await maps.add(chunk, from: first, to: job) }) else {
                throw StorageError.leaseLost(job.id, job.epoch)
            }
            notifier.notify([queue])
            first += chunk.count
        }
        if begun.expanded < items.count { log.event("mapped over \(items.count) items") }
        return try await patience { try await maps.progress(of: job.id) }
    }

    private static func list(_ over: Template, in expressions: ExpressionContext) throws -> [JSONValue] {
        let value: JSONValue
        do throws(ExpressionError) {
            value = try over.evaluate(in: expressions)
        } catch {
            throw JobFailure(code: "expression", message: "\(error)", isPermanent: true)
        }
        let source = over.expressions.first?.source ?? ""
        guard case .array(let items) = value else {
            throw JobFailure(
                code: "map-no-list",
                message: "a map goes over a list, and \(source) is \(value.indefinite)",
                isPermanent: true
            )
        }
        guard items.count <= MapDefinition.maximumItems else {
            throw JobFailure(
                code: "map-too-long",
                message: "\(source) has \(items.count) elements, a map goes over \(MapDefinition.maximumItems) at most",
                isPermanent: true
            )
        }
        guard !items.contains(where: { holdsNull($0.encoded()) }) else {
            throw JobFailure(
                code: "map-unfit",
                message: "an element of \(source) holds the character U+0000, which the database keeps in no value",
                isPermanent: true
            )
        }
        return items
    }

    /// The failure of a job too many items of which have failed, with the first of them.
    private func failure(of job: ClaimedJob, _ progress: MapStore.Progress) async throws -> JobFailure {
        var first = 0
        var message = "\(progress.failed) of \(progress.items) items failed"
        while true {
            let from = first
            let page = try await patience { try await maps.items(of: job.id, from: from) }
            if let failed = page.first(where: { $0.state == .failed }) {
                let error = try failed.error.map { try JSONValue(parsing: $0) }
                message += ", first item \(failed.index): \(error?["message"]?.stringValue ?? "no reason")"
                break
            }
            guard let last = page.last else { break }
            first = last.index + 1
        }
        return JobFailure(code: "items-failed", message: message, isPermanent: true)
    }

    /// The outputs of the items as one list, page by page and within a bound.
    private func collected(_ job: ClaimedJob) async throws -> [UInt8] {
        var bytes = Array("[".utf8)
        var first = 0
        while true {
            let from = first
            let page = try await patience { try await maps.items(of: job.id, from: from) }
            for item in page {
                if item.index > 0 { bytes.append(UInt8(ascii: ",")) }
                switch item.output {
                case .text(let text)?: bytes += text.utf8
                case .blob(let stored)? where bytes.count + stored.byteCount <= Self.maximumCollected:
                    bytes += try await blob(stored)
                case .blob?, nil: bytes += item.output == nil ? Array("null".utf8) : []
                }
                guard bytes.count <= Self.maximumCollected, !item.isTooLarge(after: bytes.count) else {
                    throw JobFailure(
                        code: "map-output-too-large",
                        message: "the outputs of the items are longer than \(Self.maximumCollected) bytes together; "
                            + "use fold: count, and keep what they leave in files or tables",
                        isPermanent: true
                    )
                }
            }
            guard let last = page.last else { break }
            first = last.index + 1
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    /// The end of a job with an output; a long one is kept in the store.
    private func ended(with bytes: [UInt8]) async throws -> JobOutcome {
        guard bytes.count > Self.maximumInlineOutput || Self.holdsNull(bytes) else {
            return .end(.succeeded(try JSONValue(parsing: bytes)))
        }
        let blob = try await store.putBlob(bytes)
        return .end(.succeededWithBlob(StoredBlob(digest: blob.digest.hex, byteCount: blob.byteCount)))
    }
}

extension MapStore.ItemResult {
    /// Whether its output, which lies in the store, does not fit behind so many bytes.
    fileprivate func isTooLarge(after count: Int) -> Bool {
        guard case .blob(let stored)? = output else { return false }
        return count + stored.byteCount > JobRunner.maximumCollected && stored.byteCount > 0
    }
}
