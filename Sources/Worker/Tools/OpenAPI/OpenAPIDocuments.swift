import Glibc
import HTTPTransport
import JobModel
import Synchronization
import Workflow

/// The OpenAPI documents of a worker, each read once for all who need it at the same time.
package final class OpenAPIDocuments: Sendable {
    /// The largest document that is read, in bytes.
    package static let maximumBytes = 16 << 20
    /// How long one from the web is taken for the newest.
    static let freshness: Duration = .seconds(60)
    /// How many are kept.
    static let capacity = 16

    private struct Kept {
        /// What of a file says that it is the same.
        let state: String
        let readAt: ContinuousClock.Instant
        let reading: Task<JSONValue, any Error>
    }

    private let kept = Mutex<[OpenAPIService.Document: Kept]>([:])
    private let client: HTTPClient

    package init() { client = .shared }

    /// - Throws: `OpenAPIDocument.Fault`, or `CancellationError`.
    func document(_ service: OpenAPIService) async throws -> JSONValue {
        let state = try Self.state(of: service.document)
        let reading = kept.withLock { kept in
            if let known = kept[service.document], known.state == state, isFresh(known, service.document) {
                return known.reading
            }
            if kept.count >= Self.capacity { kept.removeAll() }
            // Not the asker's own task: whoever else waits does not lose it when this one is stopped.
            let reading = Task { [self] in try Self.parse(try await bytes(service)) }
            kept[service.document] = Kept(state: state, readAt: .now, reading: reading)
            return reading
        }
        do {
            return try await reading.value
        } catch {
            kept.withLock { kept in
                if kept[service.document]?.reading == reading { kept[service.document] = nil }
            }
            throw error
        }
    }

    private func isFresh(_ known: Kept, _ document: OpenAPIService.Document) -> Bool {
        guard case .url = document else { return true }
        return known.readAt.duration(to: .now) < Self.freshness
    }

    private static func state(of document: OpenAPIService.Document) throws(OpenAPIDocument.Fault) -> String {
        guard case .file(let path) = document else { return "" }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .init(reason: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    private func bytes(_ service: OpenAPIService) async throws -> [UInt8] {
        switch service.document {
        case .text(let text): return Array(text.utf8)
        case .file(let path):
            do {
                return try ForeignFile.read(path, maximumBytes: Self.maximumBytes)
            } catch {
                throw OpenAPIDocument.Fault(reason: error.reason)
            }
        case .url(let url):
            // The connection's headers go to the service, not to wherever its document is kept.
            var request = HTTPRequest(url: url, headers: ["Accept": "application/json, application/yaml, */*"])
            request.addressPolicy = service.policy
            request.totalTimeout = .seconds(60)
            do {
                let answer = try await client.send(request, maximumBytes: Self.maximumBytes)
                guard answer.status == 200 else {
                    throw OpenAPIDocument.Fault(reason: "its document at \(url) was answered with \(answer.status)")
                }
                return answer.body
            } catch let error as HTTPTransportError {
                throw OpenAPIDocument.Fault(reason: "its document at \(url) did not come: \(error)")
            }
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(OpenAPIDocument.Fault) -> JSONValue {
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        guard first != UInt8(ascii: "{") else {
            do throws(JSONParseError) {
                return try JSONValue(parsing: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...])
            } catch {
                // YAML is a superset of JSON, as long as nobody looks closely.
                if bytes.count > SourceFile.maximumForeignBytes { throw .init(reason: "it is \(error)") }
            }
            return try yaml(bytes)
        }
        return try yaml(bytes)
    }

    private static func yaml(_ bytes: [UInt8]) throws(OpenAPIDocument.Fault) -> JSONValue {
        do throws(WorkflowFaults) {
            return try SourceFile.json(foreign: bytes, name: "the document")
        } catch {
            throw .init(reason: error.faults.first.map { "\($0)" } ?? "it is neither JSON nor YAML")
        }
    }
}
