import Hummingbird

/// One path of the API and what each method does there.
struct Endpoint: Sendable {
    typealias Handler = @Sendable (Request, BasicRequestContext) async throws -> Response

    private static let refusedMethods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    private let path: RouterPath
    private let handlers: [HTTPRequest.Method: Handler]

    init(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler]) {
        self.path = path
        self.handlers = handlers
    }

    /// Adds the path to a router, with a refusal for every method that does nothing there.
    func add(to router: some RouterMethods<BasicRequestContext>) {
        var handlers = handlers
        if let get = handlers[.get] {
            handlers[.head] = { request, context in try await get(request, context).createHeadResponse() }
        }
        let allowed = handlers.keys.map(\.rawValue).sorted().joined(separator: ", ")
        for method in Self.refusedMethods where handlers[method] == nil {
            handlers[method] = { request, _ in
                throw Problem(
                    .methodNotAllowed,
                    "\(request.method.rawValue) does nothing here; use \(allowed)",
                    headers: [.allow: allowed]
                )
            }
        }
        for (method, handler) in handlers {
            router.on(path, method: method) { try await handler($0, $1.decodingParameters()) }
        }
    }
}
