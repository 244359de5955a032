# A small Rails app on Debian's own gems, with the defaults of its version and nothing about proxies set.
require 'rails'
require 'action_controller/railtie'
require 'action_cable/engine'
require 'digest'

class Site < Rails::Application
  config.root = __dir__
  config.load_defaults 6.1
  config.eager_load = false
  config.secret_key_base = ENV.fetch('SECRET_KEY_BASE')
  config.logger = ActiveSupport::Logger.new($stdout)
  config.paths['tmp'] = ENV.fetch('SITE_DATA')
  config.session_store :cookie_store, key: '_site_session'
  config.action_cable.cable = { 'adapter' => 'async' }
  config.action_cable.allow_same_origin_as_host = true
  config.action_cable.mount_path = '/cable'
  eval(ENV.fetch('SITE_CONFIG', '')) # what a test adds, in the words of the page it is from
end

Site.initialize!
Site.routes.draw do
  get '/truth', to: 'pages#truth'
  match '/form', to: 'pages#form', via: [:get, :post]
  get '/away', to: 'pages#away'
  match '/overridden', to: 'pages#overridden', via: :all
  post '/upload', to: 'pages#upload'
  get '/stream', to: 'streams#stream'
  get '/seen', to: 'streams#seen'
end

class PagesController < ActionController::Base
  skip_forgery_protection only: [:upload, :overridden]

  # What the app believes about the request it got.
  def truth
    render json: {
      secure: request.ssl?, protocol: request.protocol, host: request.host, port: request.port, base_url: request.base_url,
      url: url_for(action: :away), original_url: request.original_url, remote_ip: request.remote_ip, ip: request.ip,
      scheme: request.env['rack.url_scheme'], method: request.method,
      told: request.env.select { |name, _| name.match?(/FORWARDED|CLIENT_IP|HTTPS|SCHEME\z/) && name.start_with?('HTTP') }
    }
  end

  # A form with Rails' own token, and what was sent with it; the session counts the posts.
  def form
    session[:posts] = session[:posts].to_i + (request.post? ? 1 : 0)
    render inline: <<~ERB, locals: { word: params[:word], posts: session[:posts] }
      <!doctype html><title>Form</title>
      <%= form_with url: '/form', local: true do |f| %><%= f.text_field :word %><%= f.submit 'Send' %><% end %>
      <p id="said"><%= word %></p><p id="posts"><%= posts %></p>
    ERB
  end

  # A redirect that Rails writes as an absolute URL.
  def away
    redirect_to action: :truth
  end

  def overridden
    render json: { method: request.request_method }
  end

  # The body, or the file of a form, read in pieces.
  def upload
    file = params[:file] || request.body
    digest, length = Digest::SHA256.new, 0
    while (piece = file.read(65_536))
      digest << piece
      length += piece.bytesize
    end
    render json: { sha256: digest.hexdigest, length: length, name: params[:file]&.original_filename }
  end
end

class StreamsController < ActionController::Base
  include ActionController::Live
  SEEN = Queue.new

  # Three events. Each after the first waits until somebody says (`/seen`) that the one before has come.
  def stream
    response.headers['Content-Type'] = 'text/event-stream'
    response.headers['Last-Modified'] = Time.now.httpdate # or Rack::ETag reads the whole answer first
    3.times do |i|
      SEEN.pop if i.positive?
      response.stream.write("data: #{i}\n\n")
    end
  ensure
    response.stream.close
  end

  def seen
    SEEN << true
    head :no_content
  end
end
