import HTTPTransport
package import JobModel
import Workflow

/// The operations of a service as tools, as far as an agent is offered them.
package struct OpenAPIToolSource: ToolSource {
    private let service: OpenAPIService
    private let selection: OpenAPISelection
    private let documents: OpenAPIDocuments
    private let log: @Sendable (String) -> Void

    package init(
        _ service: OpenAPIService,
        _ selection: OpenAPISelection = OpenAPISelection(),
        documents: OpenAPIDocuments,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.service = service
        self.selection = selection
        self.documents = documents
        self.log = log
    }

    package var name: String { service.name }

    package var request: JSONValue {
        ["kind": "openapi", "connection": .string(name), "selection": selection.fingerprintFields]
    }

    package var hasChanged: Bool { false }

    package func close() async {}

    package func list() async throws -> JSONValue {
        do {
            let document = try OpenAPIDocument(try await documents.document(service))
            let base = try base(of: document)
            let (kept, leftOut) = document.operations(
                effect: selection.effect(of:_:),
                isOffered: selection.offers(_:_:)
            )
            for reason in leftOut.prefix(10) { log("\(name): left out \(reason)") }
            if leftOut.count > 10 { log("\(name): left out \(leftOut.count - 10) more") }
            guard !kept.isEmpty else {
                throw OpenAPIDocument.Fault(reason: "none of its operations is offered; look at allow and deny")
            }
            return ["base": .string(base.description), "operations": .array(kept)]
        } catch let fault as OpenAPIDocument.Fault {
            throw ToolsError.unusable(connection: name, reason: fault.reason)
        }
    }

    package func tools(in listing: JSONValue) -> [any Tool] {
        // The connection has the last word, also where the document named another address when it was read.
        guard let text = service.base ?? listing["base"]?.stringValue, let base = try? WebAddress(text) else {
            return []
        }
        var limits = HTTPLimits()
        limits.time = selection.timeout
        let access = HTTPAccess(
            target: .below(base),
            methods: HTTPMethod.allCases,
            headers: service.headers,
            policy: service.policy,
            limits: limits
        )
        return (listing["operations"]?.arrayValue ?? []).compactMap { OpenAPITool($0, access) }
    }

    /// Where the service is.
    private func base(of document: OpenAPIDocument) throws(OpenAPIDocument.Fault) -> WebAddress {
        do throws(WebAddressError) {
            if let base = service.base { return try WebAddress(base) }
            guard case .url(let url) = service.document else { return try WebAddress(document.server) }
            let place = try WebAddress(url)
            let base = try WebAddress(document.server, relativeTo: place)
            if service.headers.fields.isEmpty || base.origin == place.origin { return base }
            // Else whoever writes the document could have the secret sent to himself.
            throw WebAddressError(reason: "its document, from \(place.origin), leads to \(base.origin)")
        } catch {
            throw .init(reason: "\(error.reason); write the service's address as url: into the connection")
        }
    }
}
