import Access
import Hummingbird
import Storage
import Synchronization

/// Lets requests with a good token through, and no others.
///
/// A token is found by the SHA-256 of its text, never by comparing texts: how long that takes tells nothing about it.
final class AccessMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    private static let scheme = "bearer "

    private let tokens: AccessTokenStore
    private let cache = Mutex(AccessCache<ContinuousClock.Instant>())

    init(tokens: AccessTokenStore) { self.tokens = tokens }

    @concurrent func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let header = request.headers[.authorization] else {
            throw Self.refusal(.tokenMissing, "send the header \"Authorization: Bearer TOKEN\"")
        }
        guard header.prefix(Self.scheme.count).lowercased() == Self.scheme,
            let token = AccessToken(header.dropFirst(Self.scheme.count)), try await isGood(token)
        else {
            throw Self.refusal(.tokenInvalid, "the token is not known; chassis token create makes one")
        }
        return try await next(request, context)
    }

    private func isGood(_ token: AccessToken) async throws -> Bool {
        let digest = token.digest
        let now = ContinuousClock.now
        if cache.withLock({ $0.name(of: digest, at: now) }) != nil { return true }
        guard let name = try await tokens.name(of: digest) else { return false }
        cache.withLock { $0.remember(digest, name: name, at: now) }
        return true
    }

    private static func refusal(_ code: ProblemCode, _ detail: String) -> Problem {
        Problem(code, detail, headers: [.authenticate: "Bearer"])
    }
}
