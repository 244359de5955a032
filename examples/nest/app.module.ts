import { Controller, Get, Header, Module, Req, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import type { Request } from 'express';
import { requireHttps } from 'sallyport/express';

@Controller()
class AppController {
  @Get()
  truth(@Req() request: Request): object {
    return { secure: request.secure, url: `${request.protocol}://${request.host}${request.originalUrl}`, client: request.ip };
  }

  @Get('account/')
  @Header('Set-Cookie', 'seen=yes; HttpOnly; SameSite=Lax') // gets Secure by itself
  account(): string { return 'Your account, over https alone.\n'; }

  @Get('pay')
  pay(): string { return 'Paid.\n'; }
}

@Module({ controllers: [AppController] })
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(requireHttps()).forRoutes('pay');
  }
}
