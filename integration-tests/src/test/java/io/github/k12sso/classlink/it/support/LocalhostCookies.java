package io.github.k12sso.classlink.it.support;

import java.net.CookieManager;
import java.net.CookieStore;
import java.net.HttpCookie;
import java.net.URI;
import java.util.List;

/**
 * Sends Secure cookies to http://localhost like browsers, which treat it as a potentially trustworthy origin; Java's cookie
 * store does not.
 */
final class LocalhostCookies implements CookieStore {

    private final CookieStore cookies = new CookieManager().getCookieStore();

    @Override
    public void add(URI address, HttpCookie cookie) {
        cookie.setSecure(false);
        cookies.add(address, cookie);
    }

    @Override
    public List<HttpCookie> get(URI address) {
        return cookies.get(address);
    }

    @Override
    public List<HttpCookie> getCookies() {
        return cookies.getCookies();
    }

    @Override
    public List<URI> getURIs() {
        return cookies.getURIs();
    }

    @Override
    public boolean remove(URI address, HttpCookie cookie) {
        return cookies.remove(address, cookie);
    }

    @Override
    public boolean removeAll() {
        return cookies.removeAll();
    }
}
